using Masterful.Core.Runtime;

namespace Masterful.Core.Search;

/// <summary>Names for policies that people can tell apart and say aloud: a food, a colour, an animal.</summary>
public static class PolicyNames
{
    private static readonly string[] Foods = Split(
        """
        acorn almond amaretto anise apple apricot artichoke arugula asparagus avocado bagel baguette balsamic banana barley
        basil bean beet bergamot biscotti biscuit blackberry blueberry borscht bouillon brioche broccoli brownie buckwheat
        bulgur burrito butter cabbage cacao caper caramel caraway cardamom carrot cashew cassava cauliflower celery chard
        cheddar cherry chestnut chickpea chicory chili chive chocolate chowder chutney ciabatta cider cilantro cinnamon
        clementine clove cobbler coconut compote cookie coriander corn couscous crabapple cranberry crepe croissant crouton
        crumpet cucumber cumin curry custard damson date dill donut dumpling edamame eggplant elderberry empanada endive
        escarole espresso falafel farro fennel fenugreek feta fig focaccia fondue fritter frittata fudge garlic gazpacho gelato
        ginger gnocchi gooseberry gouda granola grape grapefruit gravy guacamole guava gumbo halva hazelnut hibiscus hominy
        honey honeydew horchata horseradish hummus jalapeno jasmine jelly jicama juniper kale kebab kefir kimchi kiwi kohlrabi
        kumquat lasagna latte lavender leek lemon lemonade lentil lettuce licorice lime linguine lychee macadamia macaroon
        mandarin mango manicotti maple marjoram marmalade marzipan matcha melon meringue millet mint miso mocha molasses
        mozzarella muesli muffin mulberry mushroom mustard nectarine noodle nougat nutmeg oatmeal okra olive omelet onion orange
        oregano orzo paella pancake papaya paprika parfait parsley parsnip passionfruit pasta pastry peach peanut pear pecan
        penne pepper persimmon pesto pickle pineapple pistachio pita plantain plum polenta pomegranate popcorn poppyseed potato
        praline pretzel pudding pumpkin quesadilla quiche quince quinoa radicchio radish raisin ramen raspberry ravioli relish
        rhubarb rice ricotta risotto rosemary rutabaga saffron sage salsa samosa scallion scone sesame shallot shortbread sorbet
        sorghum souffle spinach sprout squash strawberry strudel succotash sundae sunflower syrup tahini tamarind tangerine
        tapioca taro tarragon tart thyme tiramisu toffee tofu tomato tortilla truffle turmeric turnip udon vanilla waffle walnut
        wasabi watercress watermelon wheat yam yogurt yuzu zucchini
        """);

    private static readonly string[] Colours = Split(
        """
        alabaster almondine amaranth amber amethyst antique apricot aqua aquamarine ash auburn aureolin azure beige birch bisque
        bister black blonde blue blush bone brass brick bronze brown buff burgundy burnished burlywood cadet camel canary carbon
        cardinal carmine carnation celadon celeste cerise cerulean chalk champagne charcoal chartreuse chestnut chrome cinnabar
        citrine citron claret clay cloud cobalt cocoa copper coral cordovan cornflower cream crimson crystal cyan daffodil
        dandelion dawn denim desert driftwood dusk dusty ebony ecru eggshell emerald faded fallow fawn fern flame flax flaxen
        fluorescent forest frost frosted fuchsia fulvous gamboge garnet ghost gilded glaucous gleaming gold golden goldenrod
        granite graphite grassy gray green gunmetal harlequin hazel heather heliotrope henna hickory hyacinth ice inky indigo
        iridescent iris iron ivory jade jasper jet jonquil khaki lapis laurel lava lavender lead lilac linen livid lustrous
        magenta magnolia mahogany maize malachite maroon marble mauve mauvelous metallic midnight milky mintgreen mist moonlit
        moonstone moss mulberry mustard myrtle navy neon neutral nickel obsidian ocean ochre olivine onyx opal orchid oyster
        pale pastel peacock pearl pearly peony peridot periwinkle persian petal pewter pine pink platinum plum porcelain
        porphyry primrose prussian puce purple pyrite quartz rainbow raven red redwood rose rosewood royal ruby ruddy russet
        rust rusty saffron sage salmon sand sandy sangria sapphire sard scarlet seafoam seashell sepia shadow sienna silver
        silvery sky slate smalt smoky snow snowy sorrel spruce steel straw sunlit sunny sunset tan tangerine taupe tawny teal
        terracotta thistle timber titanium topaz tourmaline translucent turquoise twilight tyrian ultramarine umber vanilla
        verdant verdigris vermilion vibrant violet viridian walnut wenge wheaten white willow wine wisteria xanthic yellow
        zaffre zinc
        """);

    private static readonly string[] Animals = Split(
        """
        aardvark albatross alligator alpaca anchovy angelfish anteater antelope armadillo avocet axolotl badger bandicoot
        barracuda basilisk bat beagle bear beaver bee beetle beluga bison bittern blackbird bluebird bluejay boar bobcat
        bobolink bongo bonobo budgie buffalo bullfinch bullfrog bumblebee bunting bustard butterfly buzzard camel canary
        capybara caracal cardinal caribou carp cassowary cat caterpillar catfish chaffinch chameleon cheetah chickadee
        chinchilla chipmunk cicada civet clownfish coati cockatiel cockatoo collie condor corgi cormorant cougar coyote crab
        crane crayfish cricket crocodile crow cuckoo curlew cuttlefish dalmatian damselfly deer dingo dolphin donkey dormouse
        dove dragonfly duck dugong dunlin eagle earwig echidna eel egret eider eland elephant elk emu ermine falcon ferret finch
        firefly flamingo flounder fox frog gannet gazelle gecko gerbil gibbon giraffe gnu goat godwit goldfinch goldfish goose
        gopher goshawk grackle grasshopper grebe greyhound grouse guanaco gull guppy haddock halibut hamster hare harrier hawk
        hedgehog heron herring hippo hornbill horse hound hoopoe hummingbird husky hyena ibex ibis iguana impala jackal jackdaw
        jackrabbit jaguar jay jellyfish jerboa kangaroo kestrel kingfisher kinkajou kite kiwi koala koi kookaburra kudu labrador
        ladybug lamb lapwing lark lemming lemur leopard limpet linnet lion lizard llama lobster loon lorikeet lynx macaque macaw
        mackerel magpie mallard manatee mandrill manta mantis margay marlin marmoset marmot marten martin mastiff meadowlark
        meerkat merlin mink minnow mole mongoose moose moth mouse mule muskox muskrat narwhal newt nighthawk nightingale numbat
        nuthatch ocelot octopus okapi opossum orangutan orca oriole oryx osprey ostrich otter owl ox oystercatcher panda
        pangolin panther parakeet parrot partridge peacock pelican penguin perch petrel pheasant pigeon pika pike plover pointer
        polecat pony poodle porcupine porpoise ptarmigan puffin puma python quail quetzal quokka rabbit raccoon ram raven ray
        redstart reindeer rhino roadrunner robin rooster sable salamander salmon sandpiper sardine seahorse seal serval setter
        shark sheep shrew shrike shrimp skink skunk skylark sloth snail snipe spaniel sparrow spoonbill squid squirrel starfish
        starling stingray stoat stork sturgeon swallow swan swift tamarin tanager tapir tarsier teal tern terrapin terrier
        thrush tiger titmouse toad tortoise toucan trout tuna turkey turtle viper vole vulture wagtail wallaby walrus warbler
        warthog waxwing weasel whale whippet wildcat wolf wolverine wombat woodchuck woodcock woodpecker wren yak zebra
        """);

    /// <summary>A name such as <c>macadamia-scarlet-terrier</c>, one of some tens of millions; the same for the same seed.</summary>
    public static string Draw(long seed) =>
        $"{Pick(Foods, seed, "food")}-{Pick(Colours, seed, "colour")}-{Pick(Animals, seed, "animal")}";

    private static string Pick(string[] words, long seed, string kind) =>
        words[Seeds.Derive(seed, $"policy-name/{kind}") % words.Length];

    private static string[] Split(string words) =>
        words.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);
}
