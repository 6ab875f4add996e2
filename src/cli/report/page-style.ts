/** The page's one style sheet: light and dark by the reader's setting, narrow screens, print. Its hash is in the policy. */
export const STYLE = `
:root{color-scheme:light dark;
--bg:light-dark(#f6f7f9,#0f1216);--card:light-dark(#fff,#171b21);--line:light-dark(#dfe3e8,#2b323b);
--text:light-dark(#14181d,#e8ebef);--dim:light-dark(#56606b,#a0abb8);--link:light-dark(#0b57b0,#82b8ff);
--ok:light-dark(#1c7a4a,#3fae76);--ok-t:light-dark(#14592f,#8fe0b4);--ok-b:light-dark(#dff3e7,#12331f);
--soon:light-dark(#c07a00,#d69a2d);--soon-t:light-dark(#6d4400,#f5cf86);--soon-b:light-dark(#fdeecb,#3b2a08);
--late:light-dark(#c4322b,#e4615a);--late-t:light-dark(#8c1d18,#ffb3ad);--late-b:light-dark(#fde3e1,#461917);
--none:light-dark(#c3cad2,#454f5a);--none-t:light-dark(#4a545f,#b4bfca);--none-b:light-dark(#eceff2,#232a32);
--unknown:light-dark(#7a63b8,#a690e0);--unknown-t:light-dark(#4c3591,#cfc0f7);--unknown-b:light-dark(#ece6fa,#2a2144);
--never:light-dark(#8d99a6,#6b7885);--info:light-dark(#2f6fc4,#5f9df0)}
:root[data-theme=light]{color-scheme:light}
:root[data-theme=dark]{color-scheme:dark}
*{box-sizing:border-box}
html{scroll-padding-top:9rem}
body{margin:0;background:var(--bg);color:var(--text);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
a{color:var(--link)}
:focus-visible{outline:3px solid var(--info);outline-offset:2px;border-radius:4px}
.skip{position:absolute;left:-999px}.skip:focus{left:1rem;top:1rem;background:var(--card);padding:.5rem 1rem;z-index:9}
.hide{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
[hidden]{display:none!important}
header,main,footer{max-width:1240px;margin:0 auto;padding:0 24px}
header{padding-top:28px}
h1{font-size:1.6rem;line-height:1.2;margin:0 0 4px;letter-spacing:-.01em}
h2{font-size:1.2rem;margin:0 0 12px;letter-spacing:-.005em}
h3{font-size:1rem;margin:0 0 10px;display:flex;gap:8px;align-items:center;flex-wrap:wrap}
section h3{margin-top:18px}.card h3{margin-top:0}
p{margin:0 0 10px}
.dim{color:var(--dim);font-size:.87rem}
.fine{color:var(--ok-t)}
.top{display:flex;justify-content:space-between;gap:16px;align-items:flex-start;flex-wrap:wrap}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(146px,1fr));gap:10px;margin:20px 0 0;padding:0;list-style:none}
.tiles li{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:12px 14px;border-top:3px solid var(--none)}
.tiles li.late{border-top-color:var(--late)}.tiles li.soon{border-top-color:var(--soon)}.tiles li.ok{border-top-color:var(--ok)}.tiles li.unknown{border-top-color:var(--unknown)}
.tiles b{display:block;font-size:1.6rem;line-height:1.2;white-space:nowrap;letter-spacing:-.02em;font-variant-numeric:tabular-nums}
.tiles .dim{display:block}
.warn{margin:16px 0 0;padding:10px 14px;border-radius:8px;background:var(--unknown-b);color:var(--unknown-t)}
.warn a{color:inherit}
.bar-top{position:sticky;top:0;z-index:5;background:color-mix(in srgb,var(--bg) 94%,transparent);backdrop-filter:blur(6px);border-bottom:1px solid var(--line);margin-top:20px}
.bar-in{max-width:1240px;margin:0 auto;padding:10px 24px}
nav ul{display:flex;gap:4px 18px;flex-wrap:wrap;list-style:none;margin:0 0 8px;padding:0;font-size:.92rem}
nav a{text-decoration:none}nav a:hover{text-decoration:underline}
.filter{display:flex;gap:8px;flex-wrap:wrap;align-items:center}
input,select,button{font:inherit;color:inherit;background:var(--card);border:1px solid var(--line);border-radius:8px;padding:6px 10px;min-height:36px}
input[type=search]{flex:1 1 220px;min-width:160px}
select{max-width:190px}
button{cursor:pointer}button:hover{border-color:var(--dim)}
.count{font-size:.87rem;color:var(--dim);margin-left:auto}
main>section{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:20px 22px;margin:20px 0}
#today{background:none;border:0;padding:0}
.card{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:16px 20px;margin:0 0 14px}
.tasks,.plain{list-style:none;margin:0;padding:0}
.tasks li{content-visibility:auto;contain-intrinsic-size:auto 96px;display:flex;gap:12px;padding:10px 0;border-top:1px solid var(--line)}
.tasks li>div{min-width:0;flex:1}
.plain li{padding:8px 0;border-top:1px solid var(--line)}
.mark,.chip{display:inline-block;border-radius:999px;padding:1px 9px;font-size:.8rem;font-weight:600;white-space:nowrap}
.mark{align-self:flex-start;min-width:54px;text-align:center}
.chip{margin:1px 3px 1px 0}
.chip.ok,.mark.ok{background:var(--ok-b);color:var(--ok-t)}
.chip.soon,.mark.soon{background:var(--soon-b);color:var(--soon-t)}
.chip.late,.mark.late{background:var(--late-b);color:var(--late-t)}
.chip.none{background:var(--none-b);color:var(--none-t)}
.chip.unknown{background:var(--unknown-b);color:var(--unknown-t)}
.cause{color:var(--dim);font-size:.92rem;overflow-wrap:anywhere}
.how{display:flex;gap:6px 14px;flex-wrap:wrap;align-items:center;margin-top:4px}
.command{display:inline-flex;gap:6px;align-items:center;max-width:100%}
code{font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;background:var(--none-b);border-radius:6px;padding:3px 8px;overflow-wrap:anywhere}
.copy{padding:1px 9px;min-height:28px;font-size:.82rem}
.remedy{color:var(--text);font-size:.92rem;overflow-wrap:anywhere}
.remedy::before{content:"→ ";color:var(--dim)}
details>summary{cursor:pointer}
.more{margin-top:10px}.more>summary{color:var(--link)}
.state summary{list-style:none}.state summary::-webkit-details-marker{display:none}
.wide .chip{white-space:normal}
.state p{margin:4px 0 0;font-size:.85rem;color:var(--dim);max-width:280px;overflow-wrap:anywhere}
.scroll{position:relative;overflow-x:auto;max-width:100%}
table{border-collapse:collapse;width:100%;font-size:.92rem}
th,td{text-align:left;vertical-align:top;padding:8px 12px 8px 0;border-top:1px solid var(--line)}
thead th{border-top:0;color:var(--dim);font-weight:600;font-size:.85rem;white-space:nowrap}
tbody th{font-weight:600}
th .dim,td .dim{display:block;font-weight:400}
.wide{font-size:.92rem}
.wide.n1{--cols:minmax(220px,2.4fr) repeat(1,minmax(104px,1fr)) minmax(96px,.9fr) minmax(104px,.9fr) minmax(110px,1fr);min-width:648px}
.wide.n2{--cols:minmax(220px,2.4fr) repeat(2,minmax(104px,1fr)) minmax(96px,.9fr) minmax(104px,.9fr) minmax(110px,1fr);min-width:756px}
.wide.n3{--cols:minmax(220px,2.4fr) repeat(3,minmax(104px,1fr)) minmax(96px,.9fr) minmax(104px,.9fr) minmax(110px,1fr);min-width:864px}
.wide.n4{--cols:minmax(220px,2.4fr) repeat(4,minmax(104px,1fr)) minmax(96px,.9fr) minmax(104px,.9fr) minmax(110px,1fr);min-width:972px}
.wide.n5{--cols:minmax(220px,2.4fr) repeat(5,minmax(104px,1fr)) minmax(96px,.9fr) minmax(104px,.9fr) minmax(110px,1fr);min-width:1080px}
.wide.n6{--cols:minmax(220px,2.4fr) repeat(6,minmax(104px,1fr)) minmax(96px,.9fr) minmax(104px,.9fr) minmax(110px,1fr);min-width:1188px}
.wide.n7{--cols:minmax(220px,2.4fr) repeat(7,minmax(104px,1fr)) minmax(96px,.9fr) minmax(104px,.9fr) minmax(110px,1fr);min-width:1296px}
.wide.n8{--cols:minmax(220px,2.4fr) repeat(8,minmax(104px,1fr)) minmax(96px,.9fr) minmax(104px,.9fr) minmax(110px,1fr);min-width:1404px}
.wide .row,.wide .head{display:grid;grid-template-columns:var(--cols,minmax(220px,2fr));grid-auto-flow:column;grid-auto-columns:minmax(100px,1fr);gap:0 12px;padding:8px 0;border-top:1px solid var(--line)}
.wide .head{border-top:0;color:var(--dim);font-weight:600;font-size:.85rem}
.wide .row{content-visibility:auto;contain-intrinsic-size:auto 56px}
.wide .row .dim{display:block}
.wide .row:target{background:var(--soon-b)}
.name{font-weight:600;overflow-wrap:anywhere}
.matrix{min-width:820px}.matrix thead th{white-space:normal;vertical-align:bottom}.matrix tbody th{min-width:150px}
.matrix .part th{padding-top:18px;font-size:1rem;border-top:0}
.why{min-width:260px;font-size:.87rem}.why p{margin:0 0 4px}
.level{font-weight:600}.level.write,.level.admin{color:var(--soon-t)}.level.read{color:var(--dim);font-weight:400}
.nowrap{white-space:nowrap}
.bar{display:block;margin-top:4px}
figure{margin:0 0 22px}
figcaption{font-weight:600;font-size:.92rem;margin-bottom:8px}
.key{display:inline-block;width:12px;height:12px;border-radius:3px;margin:0 4px 0 12px;vertical-align:-1px}
.key.info{background:var(--info)}.key.late{background:var(--late)}.key.ok{background:var(--ok)}.key.soon{background:var(--soon)}.key.none{background:var(--none)}.key.unknown{background:var(--unknown)}
.legend{font-size:.87rem;color:var(--dim);margin:0 0 10px -12px}
svg{display:block}
svg text{fill:var(--text);font:12.5px system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif}
svg .note{fill:var(--dim);font-size:11.5px}svg .head{fill:var(--dim);font-size:12px;font-weight:600}
svg .label{font-weight:500}svg .mid{text-anchor:middle}
svg rect.ok{fill:var(--ok)}svg rect.soon{fill:var(--soon)}svg rect.late{fill:var(--late)}svg rect.none{fill:var(--none)}svg rect.unknown{fill:var(--unknown)}svg rect.never{fill:var(--never)}svg rect.info{fill:var(--info)}svg rect.track{fill:var(--none-b)}
svg .axis{stroke:var(--line)}svg .tick{stroke:var(--line);stroke-dasharray:2 3}svg .limit{stroke:var(--late);stroke-dasharray:4 3}
svg .box{fill:var(--bg);stroke:var(--line)}
svg .box.application,svg .box.owner{fill:var(--card)}
svg .flow{fill:none;stroke:var(--none);stroke-width:1.4}
#graph .square{cursor:pointer}
#graph.filtered .node:not(.on){opacity:.28}
#graph.filtered .flow{opacity:.15}
#graph.filtered .flow.on{opacity:1;stroke:var(--info);stroke-width:2}
#graph.filtered .node.on .box{stroke:var(--info)}
#graph.filtered .square:not(.on){opacity:.18}
footer{padding:8px 24px 40px;color:var(--dim);font-size:.87rem}
@media (max-width:640px){
header,main,footer,.bar-in{padding-left:14px;padding-right:14px}
.bar-top{position:static}html{scroll-padding-top:1rem}
main>section{padding:16px 14px}.card{padding:14px}
.tiles{grid-template-columns:1fr 1fr}.tiles b{font-size:1.4rem}
.count{margin-left:0;width:100%}select{flex:1 1 40%}
}
@media print{
:root,:root[data-theme]{color-scheme:light}
body{background:#fff;font-size:11px}
.bar-top,.copy,.skip{display:none}
main>section,.card{border:0;padding:0;margin:0 0 18px;break-inside:auto}
.tasks li,tr,figure{break-inside:avoid}
.scroll{overflow:visible}
svg{max-width:100%;height:auto}
.wide,.wide[class],.matrix{min-width:0}.wide .row,.tasks li{content-visibility:visible}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}
}
@media (prefers-reduced-motion:no-preference){html{scroll-behavior:smooth}}
`;
