// The widget's style sheet. It is in a shadow root, so it does not change the host's page, and the host's styles do not
// change the widget.

export const CSS = `
:host { display: block; }
* { box-sizing: border-box; }
.ngw {
  all: initial; box-sizing: border-box; visibility: inherit; /* what is inherited is not the host's either */
  --bg: #ffffff; --raised: #f6f7f9; --line: #e1e4ea; --text: #1b1f27; --quiet: #5c6675; --accent: #2563d9; --mark: #e4ebfc;
  --hit: #fff1b8; --bad: #c62828; --bad-bg: #fdecec; --warn: #8a5a00; --warn-bg: #fff6df; --shadow: 0 6px 24px rgba(20, 26, 40, .16);
  --mono: "ngw mono", "DejaVu Sans Mono", Menlo, Consolas, monospace;
  display: flex; flex-direction: column; position: relative; overflow: hidden;
  min-height: 280px; color: var(--text); background: var(--bg); color-scheme: light;
  font: 13px/1.4 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
  border: 1px solid var(--line); border-radius: 8px;
}
.ngw[data-theme="dark"] {
  --bg: #14171d; --raised: #1b1f27; --line: #333a46; --text: #e6eaf1; --quiet: #a0aaba; --accent: #7ea6ff; --mark: #22304f;
  --hit: #54481a; --bad: #ff8a8a; --bad-bg: #3a1e22; --warn: #f0c674; --warn-bg: #352c17; --shadow: 0 6px 24px rgba(0, 0, 0, .5);
  color-scheme: dark;
}
.ngw:fullscreen { border: 0; border-radius: 0; height: 100vh !important; width: 100vw; }
button, input { font: inherit; color: inherit; }
button { cursor: pointer; }
button:disabled { cursor: default; opacity: .5; }
:focus { outline: none; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
[hidden] { display: none !important; }
.button {
  background: var(--bg); border: 1px solid var(--line); border-radius: 6px; padding: 3px 9px; line-height: 18px; white-space: nowrap; font-size: 12.5px;
}
.button:hover:enabled { border-color: var(--quiet); }
.button[aria-pressed="true"] { background: var(--mark); border-color: var(--accent); color: var(--accent); }
.button.icon { padding: 3px 6px; min-width: 26px; display: inline-flex; align-items: center; justify-content: center; }
.button svg { width: 14px; height: 14px; fill: none; stroke: currentColor; stroke-width: 1.6; stroke-linecap: round; stroke-linejoin: round; }

/* toolbar */
.bar {
  display: flex; flex-wrap: wrap; align-items: center; gap: 6px 8px; padding: 7px 12px; background: var(--raised); border-bottom: 1px solid var(--line);
  flex: none; position: relative; z-index: 4;
}
.heading { display: flex; gap: 8px; align-items: baseline; contain: inline-size; flex: 1 1 230px; white-space: nowrap; overflow: hidden; }
.title { font-weight: 650; overflow: hidden; text-overflow: ellipsis; flex: 0 1 auto; font-size: 14px; margin: 0; }
.summary { color: var(--quiet); font-size: 12px; flex: 1 0 auto; display: flex; align-items: baseline; min-width: 0; }
.facts { flex: 1 1 0; width: 0; overflow: hidden; text-overflow: ellipsis; }
.summary .bad { color: var(--bad); }
.summary button { border: 0; background: none; padding: 0 6px; font-weight: 600; }
.summary button:hover { text-decoration: underline; }
.tools { display: flex; flex-wrap: wrap; gap: 6px; flex: 0 1 auto; }
.search { position: relative; flex: 0 1 190px; min-width: 96px; }
.search input {
  width: 100%; border: 1px solid var(--line); border-radius: 6px; background: var(--bg); padding: 3px 9px; line-height: 18px; font-size: 12px; text-overflow: ellipsis;
}
.search input::placeholder { color: var(--quiet); opacity: 1; }
.menu, .results {
  position: absolute; z-index: 6; top: calc(100% + 5px); right: 0; margin: 0; padding: 4px; list-style: none; min-width: 150px;
  background: var(--bg); border: 1px solid var(--line); border-radius: 8px; box-shadow: var(--shadow);
}
.menu button, .results li { display: block; width: 100%; text-align: left; border: 0; border-radius: 5px; background: none; padding: 5px 9px; cursor: pointer; }
.menu button:hover, .menu button:focus-visible, .results li:hover, .results li[aria-selected="true"] { background: var(--mark); }
.menu-host { position: relative; }
.results { left: 0; right: auto; width: max(100%, 320px); max-height: 300px; overflow: auto; }
.results li { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.results .label { font: 600 12px var(--mono); }
.results .path { display: block; color: var(--quiet); font-size: 11px; overflow: hidden; text-overflow: ellipsis; }
.results .none { color: var(--quiet); cursor: default; }

.warnings { display: flex; gap: 4px 14px; flex-wrap: wrap; flex: none; padding: 4px 12px; font-size: 12px; background: var(--warn-bg); color: var(--warn); border-bottom: 1px solid var(--line); }
.warnings[hidden] { display: none; }
.warnings button { border: 0; background: none; padding: 0; color: inherit; text-align: left; cursor: pointer; }
.warnings button:hover { text-decoration: underline; }

/* stage */
.main { display: flex; flex: 1 1 auto; min-height: 0; position: relative; }
.stage { position: relative; flex: 1 1 auto; min-width: 0; overflow: hidden; }
/* until there is a drawing */
.stage:not([data-drawn])::before {
  content: ""; position: absolute; inset: 20px; opacity: .8;
  background: linear-gradient(var(--raised) 0 0) 50% 10%/180px 36px, linear-gradient(var(--raised) 0 0) 50% 45%/240px 36px, linear-gradient(var(--raised) 0 0) 50% 80%/140px 36px;
  background-repeat: no-repeat; border: 1px solid var(--line); border-radius: 10px;
}
.canvas { position: absolute; inset: 0; touch-action: pan-x pan-y; }
.canvas:focus { touch-action: none; }
.canvas:focus-visible { outline: 2px solid var(--accent); outline-offset: -2px; }
.text { position: absolute; inset: 0; width: 100%; height: 100%; pointer-events: none; }
.continues {
  position: absolute; z-index: 2; bottom: 8px; left: 50%; transform: translateX(-50%); padding: 3px 12px; border-radius: 99px; font-size: 12px; line-height: 18px;
  border: 1px solid var(--accent); background: var(--bg); color: var(--accent); box-shadow: var(--shadow); white-space: nowrap;
}
.stage[data-continues~="below"]::after, .stage[data-continues~="right"]::before { content: ""; position: absolute; z-index: 1; pointer-events: none; }
.stage[data-continues~="below"]::after { inset: auto 0 0; height: 40px; background: linear-gradient(transparent, color-mix(in srgb, var(--quiet) 26%, transparent)); }
.stage[data-continues~="right"]::before { inset: 0 0 0 auto; width: 40px; background: linear-gradient(to right, transparent, color-mix(in srgb, var(--quiet) 26%, transparent)); }
.corner { position: absolute; z-index: 2; }
.corner.low { bottom: 8px; right: 8px; }
.grip { height: 12px; margin-bottom: -5px; border: 1px solid var(--line); border-bottom: 0; border-radius: 8px 8px 0 0; background: var(--raised); cursor: move; touch-action: none; }
.grip::after { content: ""; display: block; width: 28px; height: 2px; margin: 3px auto 0; border-radius: 2px; background: var(--quiet); opacity: .6; }
.notice {
  position: absolute; z-index: 3; bottom: 8px; left: 8px; max-width: calc(100% - 16px); display: flex; gap: 8px;
  align-items: center; flex-wrap: wrap; padding: 6px 10px; border-radius: 8px; border: 1px solid var(--line); background: var(--bg); box-shadow: var(--shadow); font-size: 12px;
}
.notice[data-tone="warn"] { background: var(--warn-bg); color: var(--warn); border-color: currentColor; }
.notice[data-tone="bad"] { background: var(--bad-bg); color: var(--bad); border-color: currentColor; }
.notice .button { color: var(--text); }
.tip {
  position: absolute; z-index: 3; pointer-events: none; max-width: 340px; padding: 4px 8px; border-radius: 6px; background: var(--text); color: var(--bg);
  font-size: 11px; white-space: pre-wrap; overflow-wrap: anywhere;
}
.overview { background: var(--raised); border: 1px solid var(--line); border-radius: 8px; cursor: crosshair; display: block; touch-action: none; }

/* side panel */
.side { flex: none; width: var(--side, 33.3%); border-left: 1px solid var(--line); display: flex; flex-direction: column; min-height: 0; background: var(--bg); }
.side[data-open="false"] { display: none; }
.tabs { display: flex; gap: 4px; padding: 6px 10px 0; border-bottom: 1px solid var(--line); flex: none; }
.tabs button { border: 0; background: none; padding: 4px 8px 6px; color: var(--quiet); border-bottom: 2px solid transparent; }
.tabs button[aria-selected="true"] { color: var(--accent); border-color: var(--accent); font-weight: 600; }
.panel { overflow: auto; min-height: 0; }
.panel[data-shown="true"] { flex: 1 1 50%; }
.panel[data-shown="false"]:not(.outline) { display: none; }
/* Under the source there is what is known of the selection. */
.side[data-tab="Source"] .panel.inspector { display: block; flex: 0 1 auto; max-height: 52%; border-top: 1px solid var(--line); }
.side[data-tab="Source"] .panel.inspector[data-empty="true"] { display: none; }
/* The outline is for screen readers where it is not shown. */
.panel.outline[data-shown="false"], .side[data-open="false"] .panel.outline { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.side[data-open="false"] { display: block; width: 0; border: 0; overflow: hidden; }
.side[data-open="false"] > :not(.outline) { display: none; }
.ngw[data-narrow="true"] .main { flex-direction: column; }
.ngw[data-narrow="true"] .side { width: auto; border-left: 0; }
.ngw[data-narrow="true"] .side[data-open="true"] { height: var(--low, min(220px, 38%)); border-top: 1px solid var(--line); }
.ngw[data-narrow="true"] .side[data-open="false"] { height: 0; }
.handle { flex: none; position: relative; z-index: 3; touch-action: none; }
.handle::after { content: ""; position: absolute; inset: -4px; }
.handle:hover, .handle:focus-visible, .handle[data-held] { background: var(--accent); outline: none; }
.main > .handle { width: 3px; margin: 0 -1px 0 -2px; cursor: col-resize; }
.ngw[data-narrow="true"] .main > .handle { width: auto; height: 3px; margin: -1px 0 -2px; cursor: row-resize; }
.main > .handle:has(+ .side[data-open="false"]) { display: none; }
.ngw > .handle { height: 3px; margin-top: -3px; cursor: row-resize; }
.ngw:fullscreen > .handle { display: none; }
.ngw[data-narrow="true"] .hint { display: none; }
.empty { color: var(--quiet); padding: 12px; font-size: 12px; margin: 0; }

.file { color: var(--quiet); font-size: 11px; padding: 8px 12px 2px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.code { margin: 0; padding: 4px 0 10px; font: 11.5px/19px var(--mono); tab-size: 4; list-style: none; }
.code li { display: flex; padding: 0 12px 0 0; border-left: 3px solid transparent; white-space: pre-wrap; overflow-wrap: anywhere; }
.code .indent { flex: none; max-width: 50%; overflow: hidden; }
.code .line { min-width: 0; padding-left: 2ch; text-indent: -2ch; }
.code li[data-used] { cursor: pointer; }
.code li[data-used]:hover { background: var(--raised); }
.code li[data-state="never run"] .line { color: var(--quiet); text-decoration: line-through; text-decoration-color: color-mix(in srgb, var(--quiet) 50%, transparent); }
.code li[data-state="failed"] { background: var(--bad-bg); border-left-color: var(--bad); }
.code li.lit { background: var(--mark); border-left-color: var(--accent); }
.code .number { width: 40px; white-space: nowrap; flex: none; text-align: right; padding-right: 12px; color: var(--quiet); user-select: none; }

.inspector { padding: 10px 12px; }
.inspector h3 { font: 650 14px var(--mono); margin: 0; overflow-wrap: anywhere; }
.inspector .meaning { color: var(--quiet); font-size: 12px; margin: 2px 0 8px; }
.inspector .swatch { vertical-align: -2px; margin-right: 5px; }
.inspector dl { display: grid; grid-template-columns: minmax(56px, auto) 1fr; gap: 4px 14px; margin: 0; font-size: 12px; }
.inspector dt { color: var(--quiet); }
.inspector dd { margin: 0; font: 11.5px/17px var(--mono); overflow-wrap: anywhere; white-space: pre-wrap; }
.inspector dd button { border: 0; background: none; padding: 0; color: var(--accent); font: inherit; text-align: left; }
.inspector dd button:hover { text-decoration: underline; }
.inspector .bad { color: var(--bad); }
.actions { display: flex; flex-wrap: wrap; gap: 6px; margin: 0 0 10px; }
.actions .button { font-size: 11.5px; padding: 1px 8px; }

.outline { font-size: 12px; padding: 6px 4px; }
.outline ul { list-style: none; margin: 0; padding: 0; }
.outline [role="treeitem"] { border-radius: 4px; }
.outline .row { display: flex; gap: 5px; align-items: center; padding: 2px 6px; cursor: pointer; white-space: nowrap; border-radius: 4px; }
.outline .row:hover { background: var(--raised); }
.outline [aria-selected="true"] .row { background: var(--mark); }
.outline [role="treeitem"]:focus-visible { outline: none; }
.outline [role="treeitem"]:focus-visible .row { outline: 2px solid var(--accent); outline-offset: -1px; }
.outline .twist { width: 12px; flex: none; color: var(--quiet); text-align: center; }
.outline .label { font-family: var(--mono); }
.outline .more { color: var(--quiet); }

/* legend */
.legend { flex: none; border-top: 1px solid var(--line); background: var(--bg); padding: 6px 10px; display: flex; flex-wrap: wrap; gap: 2px 4px; align-items: center; max-height: 96px; overflow: auto; }
.legend button { display: inline-flex; align-items: center; gap: 6px; border: 1px solid transparent; background: none; border-radius: 6px; padding: 2px 7px; font-size: 12px; }
.legend button:hover { border-color: var(--line); }
.legend button .count { color: var(--quiet); font-size: 11px; }
.legend button[aria-pressed="false"] .name { text-decoration: line-through; color: var(--quiet); }
.legend button[aria-pressed="false"] svg { opacity: .45; }
.legend .hint { color: var(--quiet); font-size: 11px; flex-basis: 100%; padding: 1px 7px 0; }

/* help */
.sheet { position: absolute; inset: 0; z-index: 8; display: grid; place-items: center; background: color-mix(in srgb, var(--bg) 60%, transparent); }
.sheet .card { background: var(--bg); border: 1px solid var(--line); border-radius: 10px; box-shadow: var(--shadow); padding: 14px 18px; max-width: min(560px, 94%); max-height: 94%; overflow: auto; }
.sheet .top { display: flex; justify-content: space-between; align-items: center; margin-bottom: 8px; }
.sheet h2 { font-size: 14px; margin: 0; }
.sheet dl { display: grid; grid-template-columns: auto 1fr; gap: 4px 16px; margin: 0; font-size: 12px; }
.sheet dd { margin: 0; }
kbd { font: 11px var(--mono); border: 1px solid var(--line); border-bottom-width: 2px; border-radius: 4px; padding: 0 4px; background: var(--raised); }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (pointer: coarse) {
  .button, .legend button, .tabs button, .continues, .menu button, .search input { min-height: 44px; }
  .button, .legend button, .tabs button { min-width: 44px; }
  .handle::after { inset: -14px; }
  .grip { height: 28px; }
}
@media (prefers-reduced-motion: no-preference) { .button, .legend button { transition: border-color .12s, background-color .12s; } }
`;
