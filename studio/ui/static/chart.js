// Charts for every tab: loads plotly.js from our own server once, and follows the page's light and dark theme.
(() => {
  const css = (name) => getComputedStyle(document.body).getPropertyValue(name).trim();
  const colour = (name) => css({ "@base": "--fs-base", "@tuned": "--fs-tuned", "@text": "--body-text-color", "@mark": "--fs-mark" }[name]);

  const plotly = () =>
    (window.studioPlotly ??= new Promise((done, fail) => {
      const script = document.createElement("script");
      script.src = new URL("studio-static/plotly.min.js", document.baseURI).href;
      script.onload = () => done(window.Plotly);
      script.onerror = fail;
      document.head.append(script);
    }));
  const layout = (more) => ({
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: css("--font"), color: css("--body-text-color"), size: 13 },
    margin: { l: 48, r: 12, t: 8, b: 44 },
    legend: { orientation: "h", y: 1.02, yanchor: "bottom", x: 0, font: { size: window.innerWidth < 500 ? 11 : 13 } },
    ...more,
    xaxis: { gridcolor: css("--fs-grid"), zeroline: false, ...more?.xaxis },
    yaxis: { gridcolor: css("--fs-grid"), zeroline: false, ...more?.yaxis },
  });
  const CONFIG = { responsive: true, displaylogo: false, displayModeBar: false };
  const onTheme = (element, redraw) => {
    const watcher = new MutationObserver(() => (element.isConnected ? redraw() : watcher.disconnect()));
    watcher.observe(document.body, { attributes: true, attributeFilter: ["class"] });
  };

  window.studioChart = (element, props, watch) => {
    const place = element.querySelector(".fs-chart");
    const fill = (value) =>
      typeof value === "string" && value.startsWith("@") ? colour(value)
      : Array.isArray(value) ? value.map(fill)
      : value && typeof value === "object" ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, fill(v)]))
      : value;
    const draw = async () => {
      const value = props.value ? JSON.parse(props.value) : null;
      place.hidden = !value;
      if (!value) return;
      const Plotly = await plotly();
      place.setAttribute("role", "img");
      place.setAttribute("aria-label", value.label);
      Plotly.react(place, fill(value.figure.data), layout(fill(value.figure.layout)), CONFIG);
    };
    watch("value", draw);
    onTheme(element, draw);
    draw();
  };

  // Data and layout of the share that is told right, and of pairs by how much: they lie on another scale than the loss.
  const scores = (right, words) => {
    const pairs = right.margin.some((value) => value !== null);
    const lines = [{ x: [...right.x], y: [...right.y], name: pairs ? words.parted_share : words.told_share,
      mode: "lines+markers", line: { color: css("--fs-tuned"), width: 3 } }];
    if (pairs) lines.push({ x: [...right.x], y: [...right.margin], name: words.margin, yaxis: "y2", mode: "lines+markers",
      line: { color: css("--fs-train"), width: 2 } });
    const more = pairs ? { yaxis2: { title: { text: words.margin }, overlaying: "y", side: "right", showgrid: false } } : {};
    return [lines, layout({ height: 220, margin: { r: pairs ? 64 : 16, t: 40, b: 48, l: 56 },
      xaxis: { title: { text: words.x }, rangemode: "tozero" },
      yaxis: { title: { text: words.percent }, range: [0, 105] }, ...more })];
  };

  window.studioCharts = { css, plotly, layout, onTheme, scores, CONFIG };
})();
