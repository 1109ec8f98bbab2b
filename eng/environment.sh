# environment.sh: sourced by the scripts beside it.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

# The example reads Fashion-MNIST where Debian's package puts it, or where setup.sh downloaded it.
if [ ! -e /usr/share/datasets/fashion-mnist ] && [ -d "$root/data/fashion-mnist" ]; then
  export MASTERFUL_FASHION_MNIST=$root/data/fashion-mnist
fi
