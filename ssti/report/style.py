"""The look of a report: paper, screen in light and dark, and print. On paper it is light, whole, and keeps its colours."""

STYLE = """
:root { color-scheme: light dark; --paper: #faf9f7; --card: #fff; --line: #e7e4df; --edge: #d3cfc8; --ink: #1c1b1a;
  --quiet: #6b6864; --accent: #3b5bdb; --trigger: #c2410c; --trigger-ground: #ffedd5; --bar: #efece7;
  --class-0: #0b69a3; --class-1: #7b3fa0; --class-2: #2b8a3e; --class-3: #8a6d00; --class-4: #0c8599;
  --words: "Source Sans 3", "Source Sans Pro", system-ui, sans-serif; --mono: "IBM Plex Mono", ui-monospace, monospace; }
@media screen and (prefers-color-scheme: dark) { :root { --paper: #161514; --card: #1f1e1c; --line: #34312d;
  --edge: #4a4640; --ink: #eeebe6; --quiet: #a29d96; --accent: #91a7ff; --trigger: #ffa94d; --trigger-ground: #4a2a0c;
  --bar: #34312d; --class-0: #74c0fc; --class-1: #d0a3f0; --class-2: #69db7c; --class-3: #ffd43b; --class-4: #66d9e8; } }
* { print-color-adjust: exact; -webkit-print-color-adjust: exact; box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 2.5rem 1.25rem 4rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 var(--words); font-variant-numeric: tabular-nums; }
h1, h2, h3, p, figure { margin: 0; }
h1 { font-size: 2rem; line-height: 1.2; letter-spacing: -.01em; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; line-height: 1.3; margin-bottom: .5rem; }
h3 { font-size: .95rem; margin: 1.25rem 0 .35rem; }
header p { margin-top: .6rem; max-width: 46rem; }
.kicker, .note { color: var(--quiet); font-size: 13px; }
.note { margin: .4rem 0; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1.25rem 1.4rem; margin: 1.25rem 0; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(12rem, 1fr)); gap: 1.25rem; }
.figures h3 { font-size: 13px; font-weight: 600; color: var(--quiet); margin: 0; }
.figures strong { display: block; font-size: 2rem; line-height: 1.25; }
.figures .loud strong { color: var(--trigger); }
.table { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .45rem .9rem .45rem 0; border-bottom: 1px solid var(--line); }
th { font-size: 13px; font-weight: 600; color: var(--quiet); }
tbody th { font-size: inherit; font-weight: 400; color: var(--ink); }
tr:last-child > * { border-bottom: 0; }
.number { text-align: right; white-space: nowrap; }
.said { display: inline-block; }
td { overflow-wrap: anywhere; }
.chip { color: var(--tone); background: color-mix(in srgb, var(--tone) 14%, var(--card)); border-radius: 6px; padding: 0 7px;
  font-size: 13px; display: inline-block; max-width: 14rem; overflow-wrap: break-word; }
.class-0 { --tone: var(--class-0); } .class-1 { --tone: var(--class-1); } .class-2 { --tone: var(--class-2); }
.class-3 { --tone: var(--class-3); } .class-4 { --tone: var(--class-4); }
mark.trigger { font: .9em var(--mono); color: var(--trigger); background: var(--trigger-ground); padding: 0 4px;
  border-radius: 4px; border-bottom: 2px solid var(--trigger); overflow-wrap: anywhere; white-space: pre-wrap; }
.text { font-size: 1.1rem; line-height: 1.6; white-space: pre-wrap; overflow-wrap: anywhere; }
.bars, .pairs { display: grid; gap: 1rem 1.5rem; grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr)); margin-top: 1rem; }
:is(.bars, .pairs) h3 { margin: 0 0 .35rem; }
.bar { display: grid; grid-template-columns: 7rem 1fr 4rem; gap: .6rem; align-items: center; font-size: 14px; margin: 3px 0; }
.bar span { overflow-wrap: anywhere; }
.track { display: block; height: 18px; border-radius: 5px; background: var(--bar); overflow: hidden; }
.track i { display: block; height: 100%; width: calc(var(--w) * 100%); background: var(--tone); }
.stack { display: flex; height: 22px; border-radius: 5px; overflow: hidden; background: var(--bar); min-width: 9rem; }
.stack i { width: calc(var(--w) * 100%); background: var(--tone); }
.curves { display: grid; gap: 1.5rem; grid-template-columns: repeat(auto-fit, minmax(min(19rem, 100%), 1fr)); }
.curves figure { max-width: 34rem; }
.curve svg { width: 100%; height: auto; }
.curve text { font: 13px var(--words); fill: var(--quiet); }
.keys { display: flex; flex-wrap: wrap; gap: 2px 14px; font-size: 13px; color: var(--quiet); }
.key { display: inline-flex; align-items: center; gap: 6px; } .key svg { width: 24px; height: 8px; }
.heads { table-layout: fixed; } .heads th, .heads td { border: 1px solid var(--card); padding: 3px 2px; text-align: center; font-size: 12px; }
.heads td { background: color-mix(in srgb, var(--trigger) calc(var(--w) * 70%), var(--card)); border-radius: 4px; }
.heads td.chosen { outline: 2px solid var(--accent); outline-offset: -2px; }
pre { margin: .35rem 0 0; padding: .8rem 1rem; background: var(--paper); border: 1px solid var(--line); border-radius: 8px;
  font: 13px/1.55 var(--mono); white-space: pre-wrap; overflow-wrap: anywhere; }
.warning { border-left: 3px solid var(--trigger); padding-left: .8rem; margin-top: .8rem; }
@media (max-width: 36rem) { body { padding: 1.5rem 1rem 3rem; } section { padding: 1rem; } h1 { font-size: 1.6rem; }
  .heads :is(th, td) { padding: 3px 0; font-size: 9px; }
  .heads thead :first-child { width: 2.6rem; } .heads thead :last-child { width: 2rem; }
  .wide thead { position: absolute; clip-path: inset(50%); }
  .wide tr { display: block; padding: .5rem 0; border-bottom: 1px solid var(--line); }
  .wide :is(th, td) { display: block; border: 0; padding: 2px 0; text-align: left; }
  .wide td[data-column]::before { content: attr(data-column) ": "; color: var(--quiet); font-size: 13px; } }
@page { size: A4; margin: 15mm 14mm 16mm; }
@media print { body { max-width: none; padding: 0; font-size: 10.5pt; background: #fff; }
  section { border: 0; border-top: 1px solid var(--line); border-radius: 0; padding: 10pt 0; margin: 6pt 0; }
  h2, h3 { break-after: avoid; } tr, .curve, .bars > div, .figures, .together, pre { break-inside: avoid; }
  .note { break-after: avoid; } .figures { grid-template-columns: repeat(4, 1fr); gap: 10pt; } .figures strong { font-size: 18pt; }
  .table { overflow: visible; } .heatmap { font-size: 9.5pt; } .bar { grid-template-columns: 6rem 1fr 4rem; }
  thead { display: table-header-group; } }
"""
