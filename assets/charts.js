(() => {
  // <ssti-chart figure="{…}" label="…" file="…">: a plotly figure of ssti/ui/kit/charts.py.
  //
  // Where the figure says so (`layout.meta.choose`), a click on a point, or its button in the table, is an event `choose`
  // with the point's x and its series. It lives in a shadow tree, which Gradio's update of the HTML around it leaves alone: a new `figure` is drawn in
  // place, and zoom, hover and an open table stay. plotly.js comes from this server, once the first chart is seen.
  if (customElements.get("ssti-chart")) return;

  const SAID = {
    svg: tr("Save as SVG"), png: tr("Save as PNG"), csv: tr("Save the data as CSV"), reset: tr("Reset zoom"),
    table: tr("Show as a table"), series: tr("series"), at: tr("at"),
  };
  const SHAPE = `
    <style>
      :host { display: block; min-width: 0; }
      .plot { min-width: 0; }
      .tools { display: var(--chart-tools, flex); flex-wrap: wrap; align-items: baseline; gap: 2px 14px; margin-top: 4px; color: var(--quiet); font-size: 13px; }
      button { font: inherit; color: var(--accent); background: none; border: 0; padding: 4px 0; cursor: pointer; }
      button:hover { text-decoration: underline; }
      :is(button, summary):focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
      .table:focus-visible { outline: 2px solid var(--accent); outline-offset: -2px; }
      td button:focus-visible { outline-offset: -2px; }
      @media (pointer: coarse) { button, summary { min-height: 40px; min-width: 40px; align-content: center; } }
      summary { cursor: pointer; padding: 4px 0; }
      details[open] { flex: 1 0 100%; }
      .table { max-height: 280px; overflow: auto; }
      table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
      th, td { padding: 4px 12px 4px 0; border-bottom: 1px solid var(--line); text-align: left; font-weight: 400; }
      td:first-child { overflow-wrap: anywhere; }
      thead th { position: sticky; top: 0; background: var(--card); font-weight: 600; }
      td { color: var(--ink); }
      .draglayer * { touch-action: pan-y; }
      [hidden] { display: none; }
      @media print {
        .tools { display: none; }
        .svg-container { width: 100% !important; height: auto !important; aspect-ratio: var(--ratio); }
        .main-svg { width: 100%; height: 100%; }
      }
    </style>
    <div class="plot" role="img"></div>
    <div class="tools">
      <button type="button" data-do="svg">${SAID.svg}</button><button type="button" data-do="png">${SAID.png}</button>
      <button type="button" data-do="csv">${SAID.csv}</button>
      <button type="button" data-do="reset" hidden>${SAID.reset}</button>
      <details><summary>${SAID.table}</summary><div class="table" tabindex="0"><table></table></div></details>
    </div>`;

  const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/; // what a spreadsheet would run, as ssti.data.export has it
  const NUMBER = /^[+-]?\d+(?:[.,]\d+)?%?$/;
  const LONGEST = 40; // characters of a name or label that are drawn; the table has all
  const SIZES = ["size", "height", "standoff", "l", "r", "t", "b"]; // of a figure, in px
  const charts = new Set();
  let loading;
  const rules = new CSSStyleSheet(); // plotly's own, which it writes for the document only

  const plotly = () =>
    (loading ??= new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = `${(window.gradio_config?.root ?? window.location.origin).replace(/\/$/, "")}/plotly.min.js`;
      script.onload = () => {
        const sheet = document.getElementById("plotly.js-style-global").sheet;
        rules.replaceSync([...sheet.cssRules].map((rule) => rule.cssText).join("\n"));
        done(window.Plotly);
      };
      script.onerror = () => {
        loading = undefined;
        failed(new Error("plotly.js did not load"));
      };
      document.head.append(script);
    }));

  // A figure as plotly may have it: colours for var(--…), text without what plotly would read as markup, and sizes as the
  // page is magnified (`--magnified`; where the page has `zoom`, plotly would look for the pointer in the wrong place).
  const prepare = (value, style, key = "") => {
    if (Array.isArray(value)) return value.map((one) => prepare(one, style, key));
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, prepare(one, style, name)]));
    }
    if (typeof value === "number" && SIZES.includes(key)) return value * (Number(style.getPropertyValue("--magnified")) || 1);
    if (typeof value !== "string" || key === "hovertemplate") return value;
    if (value.startsWith("var(--")) return style.getPropertyValue(value.slice(4, -1)).trim();
    const short = value.length > LONGEST && key !== "uirevision" ? `${value.slice(0, LONGEST)}…` : value;
    return short.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  };

  class Chart extends HTMLElement {
    static observedAttributes = ["figure", "label"];

    constructor() {
      super();
      const root = this.attachShadow({ mode: "open" });
      root.innerHTML = SHAPE;
      root.adoptedStyleSheets = [rules];
      this.plot = root.querySelector(".plot");
      this.zoomed = root.querySelector("[data-do=reset]");
      this.details = root.querySelector("details");
      this.resets = 0;
      this.sizes = new ResizeObserver(() => this.clientWidth !== this.drawnWidth && this.draw());
      root.querySelector(".tools").addEventListener("click", (event) => this.press(event.target.dataset.do));
      this.details.addEventListener("toggle", () => this.fillTable());
    }

    connectedCallback() {
      charts.add(this);
      this.sizes.observe(this);
    }

    disconnectedCallback() {
      charts.delete(this);
      this.sizes.disconnect();
      if (this.listening) window.Plotly.purge(this.plot);
      this.listening = false;
      this.drawnWidth = undefined;
    }

    attributeChangedCallback(name, before, now) {
      if (name === "label") this.plot.setAttribute("aria-label", now);
      else if (before !== now) {
        this.figure = JSON.parse(now);
        this.draw();
      }
    }

    async draw() {
      if (!this.figure || !this.isConnected || !this.clientWidth) return;
      const Plotly = await plotly();
      if (!this.isConnected || !this.clientWidth) return;
      this.drawnWidth = this.clientWidth;
      const { data, layout } = prepare(this.figure, getComputedStyle(this));
      Object.assign(layout, { width: this.drawnWidth, uirevision: `${layout.uirevision} ${this.resets}` });
      await Plotly.react(this.plot, data, layout, { displayModeBar: false, doubleClick: "reset", showTips: false });
      if (!this.isConnected) return;
      for (const svg of this.plot.querySelectorAll(".main-svg")) {
        svg.setAttribute("viewBox", `0 0 ${layout.width} ${layout.height}`);
      }
      this.plot.style.setProperty("--ratio", `${layout.width} / ${layout.height}`);
      this.fillTable();
      if (this.listening) return;
      this.listening = true;
      this.plot.on("plotly_relayout", (change) => {
        this.zoomed.hidden = !Object.keys(change).some((name) => name.includes(".range["));
      });
      this.plot.on("plotly_doubleclick", () => (this.zoomed.hidden = true));
      this.plot.on("plotly_click", ({ points: [point] }) => this.choose(point.x, this.figure.data[point.curveNumber].name));
    }

    choose(x, series) {
      if (this.figure.layout.meta.choose) this.dispatchEvent(new CustomEvent("choose", { bubbles: true, detail: { x, series } }));
    }

    // The numbers that are drawn: heads, then rows.
    rows() {
      const { data, layout } = this.figure;
      const shown = data.filter((trace) => trace.hoverinfo !== "skip");
      const named = shown.some((trace) => trace.text);
      const extra = layout.meta.columns;
      const has = extra.map((_, place) => shown.some((trace) => trace.customdata.some((row) => row[place] != null)));
      const only = (row) => row.filter((_, place) => has[place]);
      const heads = [SAID.series, layout.xaxis.title.text, ...(named ? [SAID.at] : []), layout.yaxis.title.text, ...only(extra)];
      const body = shown.flatMap((trace) =>
        trace.x.map((x, place) => [
          trace.name, x, ...(named ? [trace.text[place]] : []), trace.y[place], ...only(trace.customdata[place]),
        ])
      );
      return [heads, ...body];
    }

    fillTable() {
      if (!this.details.open || !this.figure) return;
      const [heads, ...rows] = this.rows();
      const words = this.figure.layout.meta.choose;
      const table = document.createElement("table");
      const line = (cells, part, kind) => {
        const row = part.insertRow();
        for (const cell of cells) {
          const made = row.appendChild(document.createElement(kind));
          made.textContent = typeof cell === "number" ? String(Number(cell.toPrecision(6))) : cell ?? "";
        }
        return row;
      };
      for (const head of line(words ? [...heads, words] : heads, table.createTHead(), "th").cells) head.scope = "col";
      const body = table.createTBody();
      for (const cells of rows) {
        const row = line(cells, body, "td");
        if (!words) continue;
        const button = Object.assign(document.createElement("button"), { type: "button", textContent: words });
        button.addEventListener("click", () => this.choose(cells[1], cells[0]));
        row.insertCell().append(button);
      }
      const caption = table.createCaption();
      caption.textContent = this.getAttribute("label");
      caption.style.cssText = "position:absolute;clip-path:inset(50%)";
      this.shadowRoot.querySelector("table").replaceWith(table);
    }

    // What a picture shows, in lines under it: it goes where the page does not.
    inscribe(layout) {
      const lines = [""];
      for (const word of this.getAttribute("caption").split(/\s+/)) {
        const longer = `${lines.at(-1)} ${word}`.trim();
        if (longer.length <= this.drawnWidth / 7) lines[lines.length - 1] = longer;
        else lines.push(word.slice(0, LONGEST));
      }
      const text = lines.map((line) => line.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;")).join("<br>");
      layout.title = { text, font: { size: 12 }, x: 0, xanchor: "left", y: 0, yanchor: "bottom", pad: { l: 12, b: 8 } };
      layout.margin = { ...layout.template.layout.margin, ...layout.margin, b: 48 + 17 * lines.length };
      layout.height += 8 + 17 * lines.length;
    }

    async press(what) {
      const file = this.getAttribute("file");
      if (what === "reset") {
        this.resets += 1;
        this.zoomed.hidden = true;
        this.draw();
      } else if (what === "csv") {
        const quoted = (cell) => {
          const safe = typeof cell === "string" && FORMULA.test(cell) && !NUMBER.test(cell) ? `'${cell}` : cell ?? "";
          return /[",\n\r]/.test(safe) ? `"${String(safe).replace(/"/g, '""')}"` : safe;
        };
        const text = this.rows().map((row) => row.map(quoted).join(",")).join("\r\n");
        save(URL.createObjectURL(new Blob([text, "\r\n"], { type: "text/csv" })), `${file}.csv`);
      } else if (what) {
        const style = getComputedStyle(this);
        const { data, layout } = prepare(this.figure, style);
        layout.paper_bgcolor = style.getPropertyValue("--card").trim();
        layout.font = { family: "Arial, Helvetica, sans-serif" }; // a picture has none of the page's own fonts
        this.inscribe(layout);
        const size = { width: this.drawnWidth, height: layout.height, scale: 2 };
        save(await (await plotly()).toImage({ data, layout }, { format: what, ...size }), `${file}.${what}`);
      }
    }
  }

  const save = (href, download) => Object.assign(document.createElement("a"), { href, download }).click();
  const redraw = () => charts.forEach((chart) => chart.draw());

  customElements.define("ssti-chart", Chart);
  const followTheme = () => new MutationObserver(redraw).observe(document.body, { attributeFilter: ["class"] });
  if (document.body) followTheme();
  else document.addEventListener("DOMContentLoaded", followTheme);
  window.matchMedia("print").addEventListener("change", redraw);
})();
