// The parts of Apache ECharts that the page uses; build.sh makes wwwroot/lib/echarts.min.js of them.
import { init, use } from "echarts/core";
import { BarChart, CustomChart, LineChart, ParallelChart } from "echarts/charts";
import { GridComponent, ParallelComponent, TooltipComponent } from "echarts/components";
import { CanvasRenderer } from "echarts/renderers";

use([BarChart, CustomChart, LineChart, ParallelChart, GridComponent, ParallelComponent, TooltipComponent, CanvasRenderer]);
export { init };
