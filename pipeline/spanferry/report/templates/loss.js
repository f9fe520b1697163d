"use strict";
(async () => {
  const ROW = 76; // height of a list row in pixels, as in the stylesheet
  const OVERSCAN = 6; // rows drawn above and below the visible ones
  const $ = (id) => document.getElementById(id);
  const words = JSON.parse($("vocabulary").textContent);

  // Decodes base64 of gzipped JSON.
  async function unpack(element) {
    const text = atob(element.textContent);
    const bytes = new Uint8Array(text.length);
    for (let n = 0; n < text.length; n++) bytes[n] = text.charCodeAt(n);
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).json();
  }

  // The rejected and the weak answers are read now, the sure ones when a person asks for them.
  const rows = await unpack($("first"));
  let total = rows.q.length; // answers that are read
  const sure = { count: Number($("sure").dataset.count), read: null };
  const doubtful = total; // the rejected and the weak answers, which come first
  const everything = total + sure.count;
  const articleOf = (n) => rows.questions[rows.q[n]][4];
  const paragraphOf = (n) => rows.questions[rows.q[n]][3];
  const splitOf = (n) => rows.articles[articleOf(n)][0];
  const rejected = (n) => rows.r[n] >= 0;
  const isWeak = (n) => !rejected(n) && rows.p[n] !== null && rows.p[n] < words.weak;
  const confidenceOf = (n) =>
    rejected(n) || rows.p[n] === null ? -1 : words.confidences.findIndex(([, below]) => below === null || rows.p[n] < below);
  const title = (article) => rows.articles[article][1].replaceAll("_", " ");

  // Paragraphs are in blocks. A block is decoded once, when it is first needed.
  const read = new Map();
  const block = (element) => read.get(element) ?? read.set(element, unpack(element)).get(element);
  const PER_BLOCK = words.block;
  const blocksOf = (part) => [...document.getElementsByClassName(`${part}-paragraphs`)];
  const firstCount = Math.max(-1, ...rows.questions.map((question) => question[3])) + 1; // paragraphs of the first part
  async function paragraphs(n) {
    const number = paragraphOf(n);
    const [part, at] = number < firstCount ? ["first", number] : ["sure", number - firstCount];
    return (await block(blocksOf(part)[Math.floor(at / PER_BLOCK)]))[at % PER_BLOCK];
  }

  // Appends the sure answers to the rows, once.
  const readSure = () => (sure.read ??= appendSure());
  async function appendSure() {
    $("count").textContent = "Reading the kept answers …";
    const more = await unpack($("sure"));
    const numbers = new Map(rows.articles.map(([split, name], at) => [`${split}/${name}`, at]));
    const articles = more.articles.map(([split, name]) => {
      const key = `${split}/${name}`;
      if (!numbers.has(key)) numbers.set(key, rows.articles.push([split, name]) - 1);
      return numbers.get(key);
    });
    const questions = rows.questions.length;
    for (const [id, text, translated, paragraph, article] of more.questions) rows.questions.push([id, text, translated, firstCount + paragraph, articles[article]]);
    for (const question of more.q) rows.q.push(questions + question);
    for (const [name, column] of Object.entries(more)) {
      if (!["q", "questions", "articles"].includes(name)) for (const value of column) rows[name].push(value);
    }
    total = rows.q.length;
    byKey = null;
    labels.article = articleLabels();
    preparing = preparing.then(prepare);
  }

  // Identifies an answer in links and in the export.
  const keyOf = (n) => [words.splits[splitOf(n)], rows.questions[rows.q[n]][0], words.fields[rows.f[n]], rows.i[n]].map(encodeURIComponent).join("/");
  let byKey = null;
  function find(key) {
    byKey ??= new Map(Array.from({ length: total }, (_, n) => [keyOf(n), n]));
    return byKey.get(key) ?? -1;
  }

  // Search ignores case and diacritics, and treats all quotes and dashes as plain ones. Texts are folded once.
  const fold = (text) =>
    text.toLowerCase().normalize("NFKD").replace(/\p{Mn}/gu, "").replace(/[\u2018-\u201b]/g, "'").replace(/[\u201c-\u201f]/g, '"').replace(/[\u2010-\u2015]/g, "-");
  // Folding all texts takes long, so it runs in the background. A search covers the texts that are ready.
  const texts = []; // of each row
  const passages = []; // of each paragraph, source and translation
  let passageBlocks = 0; // blocks whose paragraphs are in `passages`
  let prepared = false;
  let preparing = Promise.resolve();
  async function prepare() {
    prepared = false;
    for (let n = texts.length; n < total; n++) {
      const [id, question, translated] = rows.questions[rows.q[n]];
      const found = rows.c[n].map((candidate) => candidate[1]);
      texts.push(fold([id, question, translated, rows.a[n], rows.t[n], rows.k[n], rows.x[n], ...found, title(articleOf(n))].join("\n")));
      if (n % 2000 === 1999) await new Promise((next) => setTimeout(next)); // keeps the page responsive
    }
    for (const element of [...blocksOf("first"), ...(sure.read ? blocksOf("sure") : [])].slice(passageBlocks)) {
      for (const pair of await unpack(element)) passages.push(fold(pair.join("\n")));
      passageBlocks++;
    }
    prepared = true;
    if ($("q").value.trim()) select(), reveal();
  }

  // Name of a filter -> its value for a row.
  const filters = {
    split: splitOf,
    outcome: (n) => (rejected(n) ? 0 : isWeak(n) ? 1 : 2),
    reason: (n) => rows.r[n],
    method: (n) => rows.m[n],
    confidence: confidenceOf,
    article: articleOf,
  };
  const labels = {
    split: words.splits,
    outcome: ["rejected", "weak", "kept", "all"],
    reason: words.reasons.map((reason) => reason[1]),
    method: words.methods.map((method) => method[1]),
    confidence: words.confidences.map((group) => group[0]),
    article: [],
  };
  const articleLabels = () => rows.articles.map(([split], n) => `${title(n)} (${words.splits[split]})`);
  labels.article = articleLabels();
  const KEPT = "2"; // options of the outcome
  const ALL = "3";
  // The list has the rejected and the weak answers unless an outcome is chosen.
  const scope = () => ($("outcome").value === "" ? doubtful : total);
  const needsSure = () => [KEPT, ALL].includes($("outcome").value);
  function fillOutcomes() {
    const counts = [0, 0, sure.count, everything];
    for (let n = 0; n < doubtful; n++) counts[filters.outcome(n)]++;
    const named = sure.count ? [["rejected and weak", "", doubtful]] : [["all", "", everything]];
    for (const at of sure.count ? [3, 0, 1, 2] : [0, 1]) if (counts[at]) named.push([labels.outcome[at], at, counts[at]]);
    $("outcome").replaceChildren(...named.map(([label, value, count]) => new Option(`${label} · ${count.toLocaleString("en")}`, value)));
  }
  fillOutcomes();
  // Offers the values that occur in the scope, each with its count.
  let filled = -1; // the scope for which this was done
  function fillFilters() {
    if (filled === scope()) return;
    filled = scope();
    for (const [name, value] of Object.entries(filters)) {
      if (name === "outcome") continue;
      const counts = new Array(labels[name].length).fill(0);
      for (let n = 0; n < scope(); n++) if (value(n) >= 0) counts[value(n)]++;
      const options = labels[name].map((label, at) => [label, at]).filter(([, at]) => counts[at]);
      if (name === "article") options.sort((one, two) => one[0].localeCompare(two[0]));
      const before = $(name).value;
      $(name).replaceChildren(new Option("all", ""), ...options.map(([label, at]) => new Option(`${label} · ${counts[at].toLocaleString("en")}`, at)));
      $(name).value = options.some(([, at]) => String(at) === before) ? before : "";
      $(name).disabled = options.length === 0;
    }
  }
  // Sets the filters to values (numbers by name), and all others to none.
  async function setFilters(values) {
    $("filters").reset();
    pick("outcome", values.outcome);
    if (needsSure()) await readSure();
    fillFilters();
    for (const name of Object.keys(filters)) if (name !== "outcome") pick(name, values[name]);
  }
  function pick(name, value = "") {
    $(name).value = value;
    if ($(name).selectedIndex < 0) $(name).value = ""; // there is no such option
  }

  let shown = [];
  let chosen = -1; // a row number, not an index into `shown`
  // On a wide screen the first example is shown before one is chosen.
  const current = () => (chosen < 0 && shown.length && $("detail").offsetParent ? shown[0] : chosen);

  function select() {
    const text = fold($("q").value.trim());
    const tests = Object.entries(filters).filter(([name]) => $(name).value !== "" && !(name === "outcome" && $(name).value === ALL)).map(([name, value]) => [value, Number($(name).value)]);
    const around = text ? passages.map((passage) => passage.includes(text)) : [];
    const found = [];
    for (let n = 0; n < scope(); n++) {
      if (tests.every(([value, wanted]) => value(n) === wanted) && (!text || around[paragraphOf(n)] || texts[n]?.includes(text))) found.push(n);
    }
    shown = found;
    $("count").textContent = describeCount() + (text && !prepared ? ", still searching …" : "");
    $("all").hidden = !sure.count || $("outcome").value === ALL;
    $("all").textContent = `${text ? "Search" : "Show"} all ${plural(everything)}`;
    $("export").disabled = shown.length === 0;
    $("reset").disabled = !text && Object.keys(filters).every((name) => $(name).value === "");
    $("runway").style.height = `${Math.max(shown.length, 1) * ROW}px`;
    $("list").scrollTop = 0;
    drawList();
  }

  const plural = (n) => (n === 1 ? "1 answer" : `${n.toLocaleString("en")} answers`);
  function describeCount() {
    const listed = shown.length.toLocaleString("en");
    if ($("outcome").value !== "" || !sure.count) return shown.length === everything ? plural(everything) : `${listed} of ${plural(everything)}`;
    const of = `${doubtful.toLocaleString("en")} rejected and weak answers`;
    return shown.length === doubtful ? `${of}; ${sure.count.toLocaleString("en")} more are kept` : `${listed} of ${of}`;
  }

  function element(tag, attributes, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) if (value !== null) made.setAttribute(name, value);
    made.append(...children.filter((child) => child !== null && child !== undefined));
    return made;
  }

  const sureness = (n) => `${words.methods[rows.m[n]][1]}${rows.p[n] === null ? "" : `, ${percent(rows.p[n])}`}`;
  const outcome = (n) => (rejected(n) ? `✕ rejected: ${words.reasons[rows.r[n]][1]}` : `${isWeak(n) ? "△ weak" : "✓ kept"}: ${sureness(n)}`);
  const kind = (n) => labels.outcome[filters.outcome(n)];
  const percent = (thousandths) => `${Math.floor(thousandths / 10)}\u00a0%`;

  function listRow(place) {
    const n = shown[place];
    const made = element(
      "a",
      { class: "row", id: `row-${n}`, role: "option", tabindex: "-1", href: `#example=${keyOf(n)}`, "aria-selected": String(n === current()), "aria-setsize": shown.length, "aria-posinset": place + 1, "data-n": n },
      element("span", { class: `tag ${kind(n)}` }, outcome(n)),
      element("span", { class: "question", dir: "auto" }, rows.questions[rows.q[n]][1]),
      element("span", { class: "pair" }, element("bdi", {}, rows.a[n]), " → ", element("bdi", {}, rows.x[n] ?? rows.t[n] ?? "–")),
    );
    made.style.top = `${place * ROW}px`;
    return made;
  }

  function drawList() {
    const list = $("list");
    const first = Math.max(0, Math.floor(list.scrollTop / ROW) - OVERSCAN);
    const last = Math.min(shown.length, Math.ceil((list.scrollTop + (list.clientHeight || 800)) / ROW) + OVERSCAN);
    $("runway").replaceChildren(...Array.from({ length: Math.max(0, last - first) }, (_, at) => listRow(first + at)));
    list.setAttribute("aria-activedescendant", current() >= 0 ? `row-${current()}` : "");
    if (!shown.length) $("runway").append(element("p", { class: "note row" }, scope() ? "Nothing matches." : "No answer is rejected or weak."));
  }

  // Highlights [start, start + length), counted in code points as the offsets of the corpus are.
  function marked(text, start, length, kind) {
    const points = Array.from(text);
    if (start === null || start < 0 || length === 0) return [text];
    return [points.slice(0, start).join(""), element("mark", { class: kind }, points.slice(start, start + length).join("")), points.slice(start + length).join("")];
  }
  const size = (text) => Array.from(text).length;

  function line(name, text, note, lang) {
    const shownText = text === null ? element("small", {}, "none") : element("span", { lang, dir: "auto" }, text);
    return [element("dt", {}, name), element("dd", {}, shownText, note ? element("small", {}, ` ${note}`) : null)];
  }

  async function drawDetail() {
    const n = current();
    const detail = $("detail");
    if (n < 0) return detail.replaceChildren();
    const [source, target] = await paragraphs(n);
    if (n !== current()) return undefined; // another example was chosen in the meantime
    const [id, question, translated] = rows.questions[rows.q[n]];
    const [from, to] = words.languages;
    const [fromName, toName] = words.language_names;
    const kept = rows.x[n] !== null;
    const best = kept ? [rows.y[n], rows.x[n]] : rows.c[n].length ? rows.c[n][0] : null;
    const place = shown.indexOf(n);
    const explanation = rejected(n) ? words.reasons[rows.r[n]][2] : words.methods[rows.m[n]][2];
    const button = (id, label, use, off = false) => {
      const made = element("button", { type: "button", id }, label);
      made.disabled = off;
      made.addEventListener("click", use);
      return made;
    };
    const tools = [
      button("back", "← List", close),
      button("previous", "Previous", () => step(-1), place <= 0),
      button("next", "Next", () => step(1), place < 0 || place + 1 >= shown.length),
      button("copy", "Copy link", copyLink),
      place < 0 ? "" : element("span", { class: "note" }, `${(place + 1).toLocaleString("en")} of ${shown.length.toLocaleString("en")}`),
    ];
    const sides = [
      element("div", {}, element("h4", {}, `Source (${fromName})`), element("p", { lang: from, dir: "auto" }, ...marked(source, rows.s[n], size(rows.a[n]), ""))),
      element("div", {}, element("h4", {}, `Translation (${toName})${best && !kept ? ", best candidate dashed" : ""}`), element("p", { lang: to, dir: "auto" }, ...(target === null ? [element("small", {}, "not translated")] : best ? marked(target, best[0], size(best[1]), kept ? "" : "candidate") : [target]))),
    ];
    const candidates = rows.c[n].flatMap(([, text, method, score], at) =>
      line(kept ? "other candidate" : at ? "next candidate" : "best candidate", text, `${method < 0 ? "" : words.methods[method][1] + ", "}${score === null ? "" : `${percent(score)} alike`}`, to));
    const focused = detail.contains(document.activeElement) && document.activeElement.id;
    detail.replaceChildren(
      element("p", { class: "tools" }, ...tools),
      element("p", { class: "where" }, element("bdi", {}, title(articleOf(n))), ` · ${words.splits[splitOf(n)]} · ${words.fields[rows.f[n]].replace("_", " ").slice(0, -1)} ${rows.i[n] + 1} · `, element("code", {}, id)),
      element("h3", { lang: from, dir: "auto" }, question),
      element("p", { class: "translated", lang: to, dir: "auto" }, translated ?? ""),
      element("p", { class: "verdict" }, element("b", { class: kind(n) }, outcome(n)), ` – ${explanation}`),
      element("dl", { class: "evidence" },
        ...line("source answer", rows.a[n], "", from),
        ...line("translated on its own", rows.t[n], "", to),
        ...(rows.k[n] === null ? [] : line("marked sentence", rows.k[n], "", to)),
        ...(kept ? line("kept span", rows.x[n], rows.o[n] > 1 ? `occurrence ${rows.n[n]} of ${rows.o[n]}` : "", to) : []),
        ...candidates,
        ...(rows.u[n] === null ? [] : line("quality of the question", percent(rows.u[n]), rows.w[n].join(" "), "en"))),
      element("div", { class: "sides" }, ...sides),
    );
    if (focused) ($(focused)?.disabled ? detail : $(focused))?.focus({ preventScroll: true }); // the focused button was replaced
    detail.scrollTop = 0;
    highlight();
    return undefined;
  }

  // Highlights the matches of the search in the example, where the browser supports it (CSS Custom Highlight API).
  function highlight() {
    if (!CSS.highlights) return;
    const query = fold($("q").value.trim());
    const shownTexts = query ? $("detail").querySelectorAll("h3, .translated, .evidence span, .sides p") : [];
    CSS.highlights.set("match", new Highlight(...[...shownTexts].flatMap((text) => ranges(text, query))));
  }
  function ranges(within, query) {
    const places = []; // of each folded character: its text node, its start and end there
    const walker = document.createTreeWalker(within, NodeFilter.SHOW_TEXT);
    let text = "";
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      let at = 0;
      for (const character of node.data) {
        const plain = fold(character);
        for (let n = 0; n < plain.length; n++) places.push([node, at, at + character.length]);
        text += plain;
        at += character.length;
      }
    }
    const found = [];
    for (let at = text.indexOf(query); at >= 0; at = text.indexOf(query, at + query.length)) {
      const range = new Range();
      range.setStart(places[at][0], places[at][1]);
      range.setEnd(places[at + query.length - 1][0], places[at + query.length - 1][2]);
      found.push(range);
    }
    return found;
  }

  // The state of the page is in its address, so that it can be shared and the browser can go back.
  function address() {
    const state = new URLSearchParams();
    if ($("q").value.trim()) state.set("q", $("q").value.trim());
    for (const name of Object.keys(filters)) {
      if ($(name).value !== "") state.set(name, name === "article" ? rows.articles[Number($(name).value)].join("/") : labels[name][Number($(name).value)]);
    }
    const text = state.toString();
    return chosen < 0 ? text : `example=${keyOf(chosen)}${text ? `&${text}` : ""}`;
  }
  const remember = (push) => history[push ? "pushState" : "replaceState"](null, "", `#${address() || "examples"}`);

  async function restore() {
    const hash = location.hash.slice(1);
    if (hash && !hash.includes("=")) return false; // a heading of the page
    const state = new URLSearchParams(hash);
    const wanted = hash.split("&").find((part) => part.startsWith("example="))?.slice("example=".length);
    if (wanted !== undefined && find(wanted) < 0) {
      await readSure();
      if (!state.has("outcome") && find(wanted) >= 0) state.set("outcome", "all");
    }
    const outcome = labels.outcome.indexOf(state.get("outcome"));
    if (String(outcome) === KEPT || String(outcome) === ALL) await readSure(); // its articles are needed below
    const values = {};
    for (const name of Object.keys(filters)) {
      const at = name === "article" ? rows.articles.findIndex((article) => article.join("/") === state.get(name)) : labels[name].indexOf(state.get(name));
      if (at >= 0) values[name] = String(at);
    }
    await setFilters(values);
    $("q").value = state.get("q") ?? "";
    chosen = wanted === undefined ? -1 : find(wanted);
    select();
    if (wanted !== undefined && chosen < 0) $("count").textContent = "The example of this link is not in this build.";
    reveal();
    return hash !== "";
  }

  function reveal() {
    const place = shown.indexOf(chosen);
    const list = $("list");
    if (place >= 0 && (place * ROW < list.scrollTop || (place + 1) * ROW > list.scrollTop + list.clientHeight)) {
      list.scrollTop = Math.max(0, place * ROW - list.clientHeight / 3);
    }
    $("examples").classList.toggle("open", chosen >= 0); // on a phone the example replaces the list
    drawList();
    return drawDetail();
  }
  function choose(n, push) {
    chosen = n;
    remember(push);
    return reveal();
  }
  function step(by) {
    if (!shown.length) return;
    const place = shown.indexOf(current());
    choose(shown[place < 0 ? 0 : Math.min(Math.max(place + by, 0), shown.length - 1)], false);
  }
  function close() {
    choose(-1, false);
    $("list").focus();
  }
  async function copyLink() {
    const link = `${location.href.split("#")[0]}#example=${keyOf(current())}`;
    try {
      await navigator.clipboard.writeText(link);
      $("copy").textContent = "Copied";
    } catch {
      window.prompt("The link to this example", link); // the browser does not allow access to the clipboard
    }
  }

  function exported() {
    return shown.map((n) => {
      const [id, question, translated] = rows.questions[rows.q[n]];
      return {
        split: words.splits[splitOf(n)], article: rows.articles[articleOf(n)][1], question_id: id, field: words.fields[rows.f[n]], index: rows.i[n],
        question, question_translation: translated, outcome: kind(n), reason: words.reasons[rows.r[n]]?.[0] ?? null,
        source_text: rows.a[n], source_start: rows.s[n], translation: rows.t[n], marked: rows.k[n], text: rows.x[n], start: rows.y[n],
        method: words.methods[rows.m[n]]?.[0] ?? null, probability: rows.p[n] === null ? null : rows.p[n] / 1000,
        candidates: rows.c[n].map(([start, text, method, score]) => ({ start, text, method: words.methods[method]?.[0] ?? null, score: score === null ? null : score / 1000 })),
      };
    });
  }
  function save() {
    const link = element("a", { download: "examples.json", href: URL.createObjectURL(new Blob([JSON.stringify(exported(), null, 1)], { type: "application/json" })) });
    link.click();
    URL.revokeObjectURL(link.href);
  }

  async function changed() {
    if (needsSure()) await readSure();
    fillFilters();
    chosen = -1;
    select();
    remember(false);
    reveal();
  }

  // Lists the answers of a figure: a bar of a chart, or a count of the table. values: labels by name of the filter.
  async function list(values) {
    const numbers = Object.entries({ outcome: "all", ...values }).map(([name, label]) => [name, String(labels[name].indexOf(label))]);
    await setFilters(Object.fromEntries(numbers));
    await changed();
    $("examples").scrollIntoView();
  }
  for (const figure of document.querySelectorAll("figure[data-filter]")) {
    const name = figure.dataset.filter;
    for (const mark of figure.querySelectorAll("[aria-label*='; group: ']")) {
      const group = mark.getAttribute("aria-label").split("; group: ")[1];
      const label = name === "method" ? words.methods.find((method) => method[0] === group)?.[1] : group;
      if (!labels[name].includes(label)) continue;
      mark.classList.add("to-list");
      mark.addEventListener("click", () => list({ [name]: label }));
    }
  }
  for (const link of document.querySelectorAll(".to-answers")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      list({ outcome: link.dataset.outcome, ...(words.splits.includes(link.dataset.split) ? { split: link.dataset.split } : {}) });
    });
  }
  $("filters").addEventListener("input", changed);
  $("filters").addEventListener("submit", (event) => event.preventDefault());
  $("reset").addEventListener("click", () => { $("filters").reset(); changed(); });
  $("all").addEventListener("click", () => { $("outcome").value = ALL; changed(); });
  $("export").addEventListener("click", save);
  $("list").addEventListener("scroll", drawList, { passive: true });
  $("list").addEventListener("click", async (event) => {
    const row = event.target.closest("a[data-n]");
    if (!row || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    await choose(Number(row.dataset.n), true);
    if ($("list").clientHeight > 0) return;
    $("detail").focus({ preventScroll: true });
    $("examples").scrollIntoView({ behavior: "instant" });
  });
  for (const link of document.querySelectorAll(".to-article")) {
    link.addEventListener("click", async () => {
      const split = words.splits.indexOf(link.dataset.split);
      const at = rows.articles.findIndex((article) => article[0] === split && article[1] === link.dataset.title);
      await setFilters(at < 0 ? {} : { article: String(at) });
      changed();
    });
  }
  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const typing = event.target.closest("input, select, textarea");
    const inList = $("browser").contains(event.target);
    const key = event.key;
    if (key === "Escape") {
      if (typing) typing.blur();
      else if (chosen >= 0) close();
    } else if (typing) {
      return;
    } else if (key === "/") {
      $("q").focus();
    } else if (key === "j" || (key === "ArrowDown" && inList)) {
      step(1);
    } else if (key === "k" || (key === "ArrowUp" && inList)) {
      step(-1);
    } else if (key === "c" && current() >= 0) {
      copyLink();
    } else {
      return;
    }
    event.preventDefault();
  });
  addEventListener("popstate", restore);
  addEventListener("resize", drawList);

  for (const id of ["filters", "actions", "browser", "keys"]) $(id).hidden = false;
  if (await restore()) $("examples").scrollIntoView();
  else if (!shown.length) fillFilters(), select(), reveal();
  setTimeout(() => (preparing = preparing.then(prepare)));
})();
