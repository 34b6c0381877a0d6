// Charts: draws the table behind each one. ECharts is fetched when the first chart comes into sight; without it the table stays.
(() => {
  "use strict";

  const charts = [...document.querySelectorAll("[data-chart]")];
  if (!charts.length) return;
  const language = document.documentElement.lang || "en";
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  let library;

  const load = (source) => {
    library ||= new Promise((ready, failed) => {
      const script = document.createElement("script");
      script.src = source;
      script.onload = () => ready(window.echarts);
      script.onerror = failed;
      document.head.append(script);
    });
    return library;
  };

  // The table says everything: labels, names, kinds, values.
  const read = (chart) => {
    const heads = [...chart.querySelectorAll("thead th")].slice(1);
    const rows = [...chart.querySelectorAll("tbody tr")];
    return {
      labels: rows.map((row) => row.cells[0].textContent),
      series: heads.map((head, at) => ({
        name: head.textContent,
        kind: head.dataset.kind,
        values: rows.map((row) => (row.cells[at + 1].dataset.value === undefined ? null : Number(row.cells[at + 1].dataset.value))),
      })),
    };
  };

  const words = (chart) => {
    const { money, unit = "" } = chart.dataset;
    const whole = new Intl.NumberFormat(language, money ? { minimumFractionDigits: 2, maximumFractionDigits: 2 } : { maximumFractionDigits: 2 });
    const short = new Intl.NumberFormat(language, { notation: "compact", maximumFractionDigits: 1 });
    if (money) return {
      full: (value) => (value == null ? "–" : `${money}${whole.format(value / 100)}`),
      brief: (value) => `${money}${short.format(value / 100)}`,
    };
    return {
      full: (value) => (value == null ? "–" : `${whole.format(value)} ${unit}`.trim()),
      brief: (value) => short.format(value) + (unit === "%" ? unit : ""),
    };
  };

  const options = (chart) => {
    const tokens = getComputedStyle(chart);
    const token = (name) => tokens.getPropertyValue(name).trim();
    const { labels, series } = read(chart);
    const { full, brief } = words(chart);
    const colors = [1, 2, 3, 4, 5, 6].map((number) => token(`--chart-${number}`));
    const text = { color: token("--ink-2"), fontFamily: tokens.fontFamily, fontSize: 12 };
    return {
      animation: !still,
      animationDuration: 400,
      color: colors,
      textStyle: text,
      grid: { top: series.length > 1 ? 40 : 16, right: 16, bottom: 8, left: 8, containLabel: true },
      legend: { show: series.length > 1, top: 4, left: 4, icon: "roundRect", itemWidth: 12, itemHeight: 8, textStyle: text },
      tooltip: {
        trigger: "axis",
        renderMode: "richText",
        confine: true,
        backgroundColor: token("--card"),
        borderColor: token("--line-strong"),
        textStyle: { ...text, color: token("--ink") },
        axisPointer: { type: series.some(({ kind }) => kind === "bar") ? "shadow" : "line", shadowStyle: { color: token("--ink"), opacity: 0.05 }, lineStyle: { color: token("--line-strong") } },
        valueFormatter: full,
      },
      xAxis: {
        type: "category",
        data: labels,
        boundaryGap: series.some(({ kind }) => kind === "bar"),
        axisLine: { lineStyle: { color: token("--line") } },
        axisTick: { show: false },
        axisLabel: { ...text, hideOverlap: true },
      },
      yAxis: {
        type: "value",
        minInterval: chart.dataset.money ? 0 : 1,
        splitNumber: 4,
        splitLine: { lineStyle: { color: token("--line") } },
        axisLabel: { ...text, formatter: brief },
      },
      series: series.map(({ name, kind, values }, at) => ({
        name,
        type: kind,
        data: values,
        symbol: "circle",
        symbolSize: 5,
        showSymbol: labels.length <= 14,
        barMaxWidth: 28,
        lineStyle: { width: 2.5 },
        itemStyle: kind === "bar" ? { borderRadius: [3, 3, 0, 0] } : {},
        areaStyle: kind === "line" && series.length === 1 ? { color: colors[at], opacity: 0.1 } : undefined,
      })),
    };
  };

  const draw = async (chart) => {
    const place = chart.querySelector("[data-chart-place]");
    const table = chart.querySelector("details");
    if (!place) return;
    try {
      const echarts = await load(chart.dataset.src);
      const drawing = echarts.init(place, null, { renderer: "svg" });
      drawing.setOption(options(chart));
      new ResizeObserver(() => drawing.resize()).observe(place);
      const redraw = () => drawing.setOption(options(chart), true);
      dark.addEventListener("change", redraw);
      new MutationObserver(redraw).observe(document.documentElement, { attributeFilter: ["data-theme", "data-appearance"] });
    } catch {
      place.remove();
      table.open = true;
    }
  };

  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      seen.unobserve(entry.target);
      draw(entry.target);
    }
  }, { rootMargin: "200px" });
  for (const chart of charts) {
    if (chart.querySelector("[data-chart-place]")) chart.querySelector("details").open = false;
    chart.classList.add("is-live");
    seen.observe(chart);
  }
})();
