// Follows one job: polls /api/jobs/ID/events by cursor, extends the curve, shows progress and what happened.
(() => {
  const { css, plotly, layout, onTheme, scores, CONFIG } = window.studioCharts;
  const ENDED = new Set(["paused", "cancelled", "finished", "stopped", "failed", "interrupted"]);
  const node = (tag, className, text, attributes = {}) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  };
  const whole = (n) => Math.round(n).toLocaleString("en");
  const memory = (n) => (n >= 1e9 ? (n / 1e9).toFixed(1) + " GB" : Math.round(n / 1e6) + " MB");

  window.studioLive = (element, props, trigger, watch) => {
    const root = element.querySelector(".fs-live");
    const words = props.words;
    let follow = 0;

    const begin = () => {
      const { job, state } = JSON.parse(props.value || "{}");
      if (job === root.dataset.job && root.dataset.state === state) return;
      if (job === root.dataset.job && !ENDED.has(root.dataset.state)) return;
      root.dataset.job = job || "";
      root.dataset.state = state || "";
      root.replaceChildren();
      const mine = ++follow;
      if (job) run(job, mine);
    };

    const run = (job, mine) => {
      const sentence = node("p", "fs-sentence", "", { role: "status", "aria-live": "polite" });
      const chart = node("div", "fs-curve", "", { role: "img" });
      const bar = node("div", "fs-progress", "", { role: "progressbar", "aria-label": words.progress, "aria-valuemin": 0 });
      bar.append(node("i"));
      const facts = node("dl", "fs-facts");
      const happened = node("ol", "fs-notes", "", { tabindex: 0, "aria-label": words.happened });
      const failure = node("div", "fs-notice", "", { role: "alert" });
      failure.hidden = true;
      const offline = node("p", "fs-offline", words.offline);
      offline.hidden = true;
      root.append(offline, sentence);
      if (props.curve) root.append(chart);
      const second = node("div", "fs-curve fs-second", "", { role: "img" });
      second.hidden = true;
      if (props.curve) root.append(second);
      root.append(bar, facts, failure);
      const answers = window.studioAnswers(words);
      if (props.curve) root.append(answers.element);
      const heading = node("h3", "", words.happened);
      heading.hidden = true;
      if (props.curve) root.append(heading, happened);
      const empty = node("p", "fs-empty", words.waiting);
      chart.append(empty);

      const train = { x: [], y: [] };
      const valid = { x: [], y: [] };
      // Of a search: a curve for each trial, all from the same start. Of labels and pairs: how many are told right.
      const trials = new Map();
      const right = { x: [], y: [], margin: [] };
      let plan = null, last = null, best = null, progress = null, shown = false, cursor = null;

      const tried = () => [...trials.values()].map((one) => ({
        x: one.x, y: one.y, mode: "lines+markers", name: one.name, showlegend: one.best,
        line: { color: css(one.best ? "--fs-tuned" : "--fs-train"), width: one.best ? 3 : 1.5 },
        marker: { size: one.best ? 7 : 4 }, opacity: one.best ? 1 : 0.6,
        hovertemplate: `%{y:.2f}<extra>${one.name}</extra>`,
      }));
      const traces = () => trials.size ? tried() : [
        { x: train.x, y: train.y, name: words.training, mode: "lines", line: { color: css("--fs-train"), width: 1.5 } },
        { x: valid.x, y: valid.y, name: words.validation, mode: "lines+markers",
          line: { color: css("--fs-tuned"), width: 3 }, marker: { size: 7 } },
        { x: best ? [best.step] : [], y: best ? [best.loss] : [], name: words.best, mode: "markers",
          cliponaxis: false,
          marker: { color: css("--fs-tuned"), size: 15, symbol: "star", line: { color: css("--body-text-color"), width: 1 } } },
      ];
      const look = () => {
        const marks = [];
        if (plan && !trials.size) for (let e = 1; e < plan.epochs && plan.epochs <= 30; e++)
          marks.push({ type: "line", x0: e * plan.steps_per_epoch, x1: e * plan.steps_per_epoch, y0: 0, y1: 1,
            yref: "paper", line: { color: css("--fs-grid"), width: 1, dash: "dot" } });
        const notes = [];
        if (valid.x[0] === 0) {
          marks.push({ type: "line", x0: 0, x1: 1, xref: "paper", y0: valid.y[0], y1: valid.y[0],
            line: { color: css("--fs-base"), width: 2, dash: "dash" } });
          notes.push({ x: 1, xref: "paper", xanchor: "right", y: valid.y[0], yanchor: "bottom", text: words.base,
            showarrow: false, font: { color: css("--fs-base-text") } });
        }
        return layout({ shapes: marks, annotations: notes, height: 340,
          xaxis: { title: { text: words.x }, range: plan && !trials.size ? [0, plan.steps] : undefined, rangemode: "tozero" },
          yaxis: { title: { text: words.y }, rangemode: "tozero" }, uirevision: job });
      };
      const draw = async (added) => {
        if (!props.curve || (!train.x.length && !valid.x.length)) return;
        const Plotly = await plotly();
        if (mine !== follow || !chart.isConnected) return;
        empty.remove();
        if (shown && added && !added.redraw && added.train.x.length && !trials.size) {
          Plotly.extendTraces(chart, { x: [added.train.x], y: [added.train.y] }, [0]);
        } else {
          const copy = traces();
          if (!trials.size) copy[0] = { ...copy[0], x: [...train.x], y: [...train.y] };
          Plotly.react(chart, copy, look(), CONFIG);
        }
        shown = true;
        const end = valid.y.length ? `, ${words.validation}: ${valid.y.at(-1).toFixed(2)}` : "";
        chart.setAttribute("aria-label", `${words.y}${end}`);
      };
      const drawRight = async () => {
        if (!props.curve || right.x.length < 2) return;
        const Plotly = await plotly();
        if (mine !== follow || !chart.isConnected) return;
        second.hidden = false;
        const [lines, shape] = scores(right, words);
        Plotly.react(second, lines, shape, CONFIG);
        second.setAttribute("aria-label", `${lines[0].name}: ${right.y.at(-1).toFixed(0)} %`);
      };
      onTheme(element, () => { draw(null); drawRight(); });

      const fact = (name, value) => {
        const box = node("div");
        box.append(node("dt", "", name), node("dd", "", value));
        return box;
      };
      const measure = () => {
        const done = last ? last.step : progress ? progress.done : 0;
        const total = plan ? plan.steps : progress ? progress.total : 0;
        bar.hidden = !total;
        if (total) {
          bar.setAttribute("aria-valuemax", total);
          bar.setAttribute("aria-valuenow", done);
          bar.firstChild.style.width = `${(100 * done) / total}%`;
        }
        facts.replaceChildren();
        if (plan && last) {
          facts.append(
            fact(words.steps, `${whole(last.step)} of ${whole(plan.steps)}`),
            fact(words.speed, `${whole(last.tokens_per_second)} tokens/s`),
          );
          // A provider tells neither.
          if (last.memory_bytes) facts.append(fact(words.memory, memory(last.memory_bytes)));
          if (plan.parameters) facts.append(
            fact(words.trained, `${whole(plan.trainable_parameters)} (${((100 * plan.trainable_parameters) / plan.parameters).toFixed(1)} %)`),
          );
        }
      };
      const tell = (event, text) => {
        const item = node("li");
        item.append(node("time", "", new Date(event.time * 1000).toLocaleTimeString()), node("span", "", text));
        happened.prepend(item);
        heading.hidden = false;
      };
      let told = null;
      // In the order of the steps, for some come late; whether one did.
      const place = (series, e) => {
        let at = series.x.length;
        while (at && series.x[at - 1] > e.step) at--;
        const late = at < series.x.length;
        series.x.splice(at, 0, e.step);
        series.y.splice(at, 0, e.loss);
        return late;
      };
      const take = (events) => {
        const added = { train: { x: [], y: [] }, redraw: false };
        for (const e of events) {
          if (e.type === "plan") { plan = e; added.redraw = true; }
          else if (e.type === "trial") {
            const values = Object.entries({ ...e.values, epochs: e.epochs }).map(([k, v]) => `${words.values[k] || k} ${v}`);
            const name = words.trial.replace("{trial}", e.trial).replace("{of}", e.of).replace("{values}", values.join(", "));
            trials.set(e.trial, { x: [], y: [], name, start: e.step, best: false });
            tell(e, name);
          }
          else if (e.type === "step") {
            if (!last || e.step >= last.step) last = e;
            added.redraw = place(train, e) || added.redraw;
            place(added.train, e);
          } else if (e.type === "validation") {
            place(valid, e);
            if (e.best) best = e;
            const trial = trials.get(e.trial);
            if (trial) {
              trial.x.push(e.step - trial.start);
              trial.y.push(e.loss);
              if (e.best) for (const one of trials.values()) one.best = one === trial;
              if (!e.best) continue;
            }
            if (e.of) right.x.push(e.step), right.y.push((100 * e.right) / e.of), right.margin.push(e.margin ?? null);
            added.redraw = true;
            // A provider may check at every step; the list says some thirty of them.
            if (plan && told !== null && Math.abs(e.step - told) < plan.steps / 30) continue;
            told = e.step;
            const kind = e.margin != null ? "parted" : e.of ? "told" : "checked";
            const said = [kind, `${kind}_best`];
            tell(e, words[said[e.best ? 1 : 0]].replace("{step}", whole(e.step)).replace("{loss}", e.loss.toFixed(2))
              .replace("{right}", whole(e.right ?? 0)).replace("{of}", whole(e.of ?? 0))
              .replace("{margin}", (e.margin ?? 0).toFixed(2)).replace("{f1}", (100 * (e.macro_f1 ?? 0)).toFixed(0)));
          } else if (e.type === "answers") answers.take(e);
          else if (e.type === "note") tell(e, e.text);
          else if (e.type === "progress") progress = e;
          else if (e.type === "failure") {
            failure.hidden = false;
            failure.replaceChildren(node("b", "", e.happened), document.createTextNode(" " + e.remedy));
            if (e.details) {
              const fold = node("details");
              fold.append(node("summary", "", words.details), node("pre", "", e.details));
              failure.append(fold);
            }
          }
        }
        return added;
      };

      let seen = false;
      const poll = async () => {
        if (mine !== follow || (seen && !root.isConnected)) return;
        // What appears only now may run before it stands in the page.
        if (!root.isConnected) return setTimeout(poll, 200);
        seen = true;
        let wait = document.hidden ? 5000 : 1000;
        try {
          const address = new URL(`api/jobs/${job}/events`, document.baseURI);
          if (cursor) address.searchParams.set("since", cursor);
          const answer = await fetch(address, { cache: "no-store" });
          if (!answer.ok) throw new Error(answer.status);
          const page = await answer.json();
          if (mine !== follow) return;
          offline.hidden = true;
          cursor = page.cursor;
          const added = take(page.events);
          if (sentence.textContent !== page.state.sentence) sentence.textContent = page.state.sentence;
          measure();
          if (page.events.length) drawRight().catch(() => { second.hidden = true; });
          if (page.events.length) draw(added).catch(() => { chart.textContent = ""; shown = false; });
          if (page.state.state !== root.dataset.state) {
            root.dataset.state = page.state.state;
            trigger("submit", { state: page.state.state });
          }
          if (ENDED.has(page.state.state) && !page.events.length) return;
        } catch { offline.hidden = false; wait = 3000; }
        setTimeout(poll, wait);
      };
      poll();
    };
    watch("value", begin);
    begin();
  };
})();
