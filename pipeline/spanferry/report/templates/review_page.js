"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  if (!$("item")) return; // nothing to review
  const { format, corpus, build, order, languages, passages, items } = JSON.parse($("data").textContent);
  const VERDICTS = ["right", "extent", "wrong"];
  const KEY = `spanferry review ${corpus} ${build}`;

  // --- Text. All positions count code points, those of JavaScript count UTF-16 units.

  const points = (text) => Array.from(text);
  const slice = (text, [start, end]) => points(text).slice(start, end).join("");

  // The places where a word or a character begins and ends, in code points.
  const cuts = new Map();
  function cutsOf(text, unit) {
    const key = `${unit} ${text}`;
    if (!cuts.has(key)) {
      const starts = [];
      const ends = [];
      let at = 0;
      for (const { segment, isWordLike } of new Intl.Segmenter(languages[1], { granularity: unit }).segment(text)) {
        const length = points(segment).length;
        if (unit === "word" ? isWordLike : segment.trim()) {
          starts.push(at);
          ends.push(at + length);
        }
        at += length;
      }
      cuts.set(key, { starts, ends });
    }
    return cuts.get(key);
  }

  // Carries a span through an edit. `touched`: the edit changed the span's own text.
  function carry([start, end], before, after) {
    const [old, now] = [points(before), points(after)];
    const longest = Math.min(old.length, now.length);
    let head = 0;
    while (head < longest && old[head] === now[head]) head++;
    let tail = 0;
    while (tail < longest - head && old[old.length - 1 - tail] === now[now.length - 1 - tail]) tail++;
    const shift = now.length - old.length;
    if (end <= head) return { span: [start, end], touched: false };
    if (start >= old.length - tail) return { span: [start + shift, end + shift], touched: false };
    const from = Math.min(start, head);
    const to = Math.max(end, old.length - tail) + shift;
    return { span: trim(now, [from, Math.max(from, to)]), touched: true };
  }

  function trim(letters, [start, end]) {
    while (start < end && !letters[start].trim()) start++;
    while (end > start && !letters[end - 1].trim()) end--;
    return [start, end];
  }

  // --- State. `said`: seen -> {verdict, span, edited}; a span is one of the current paragraph.

  const empty = () => ({ at: 0, said: {}, questions: {}, contexts: {} });
  let state = empty();
  const history = [];
  let exported = true;
  let storage = null;
  try {
    storage = window.localStorage;
  } catch {
    storage = null; // the browser denies it
  }
  try {
    state = { ...state, ...JSON.parse(storage?.getItem(KEY) ?? "{}") };
  } catch {
    state = empty(); // what was saved is damaged
  }

  function save() {
    try {
      storage.setItem(KEY, JSON.stringify(state));
      $("unsaved").hidden = true;
    } catch {
      storage = null;
      $("unsaved").hidden = false;
    }
  }

  // Applies a change that can be undone.
  function change(apply) {
    history.push(JSON.stringify(state));
    apply();
    exported = false;
    save();
    draw();
  }

  function undo() {
    if (!history.length) return;
    const { at } = state;
    state = JSON.parse(history.pop());
    save();
    draw();
    say("Undone. ", ...(state.at === at ? describe() : announce()));
  }

  const current = () => items[state.at];
  const saidOf = (item) => state.said[item.seen] ?? {};
  const set = (item, values) => (state.said[item.seen] = { ...saidOf(item), ...values });
  const questionKey = (item) => `${item.split}/${item.id}`;
  const questionOf = (item) => state.questions[questionKey(item)] ?? item.translation;
  const contextOf = (item) => state.contexts[item.passage] ?? passages[item.passage][1];
  const spanOf = (item) =>
    saidOf(item).span ?? (item.span && carry(item.span, passages[item.passage][1], contextOf(item)).span);
  const hasAnswer = (item) => item.field === "answers";

  // --- Changes.

  function judge(verdict) {
    const item = current();
    if (verdict === "extent" && !hasAnswer(item)) return;
    const taken = saidOf(item).verdict === verdict;
    change(() => set(item, { verdict: taken ? null : verdict }));
    if (!taken && verdict === "right" && state.at < items.length - 1) return go(state.at + 1, `${label(verdict)}. `);
    if (taken) say("Verdict taken back.");
    else say(`${label(verdict)}. `, ...describe());
  }

  function select(span) {
    const item = current();
    const text = contextOf(item);
    const [start, end] = trim(points(text), span);
    const old = spanOf(item);
    if (!old || start >= end || (start === old[0] && end === old[1])) return;
    const first = carry(item.span, passages[item.passage][1], text).span;
    const same = start === first[0] && end === first[1];
    const overlaps = start < first[1] && first[0] < end;
    change(() => {
      const { verdict } = saidOf(item);
      const implied = same || !hasAnswer(item) || (verdict && verdict !== "right") ? verdict : overlaps ? "extent" : "wrong";
      set(item, { span: [start, end], verdict: implied ?? null });
    });
    say("Now “", translated(slice(text, [start, end])), "”.");
  }

  let unit = "word";
  function move(side, by) {
    const span = spanOf(current());
    if (!span) return;
    const { starts, ends } = cutsOf(contextOf(current()), unit === "word" ? "word" : "grapheme");
    const [start, end] = span;
    const next = (cuts, from) => (by > 0 ? cuts.find((cut) => cut > from) : cuts.findLast((cut) => cut < from));
    if (side === "start") {
      const found = next(starts, start);
      if (found !== undefined && found < end) select([found, end]);
    } else if (side === "end") {
      const found = next(ends, end);
      if (found !== undefined && found > start) select([start, found]);
    } else {
      const found = next(starts, start);
      if (found !== undefined) select([found, ends[starts.indexOf(found)]]);
    }
  }

  function toggleUnit() {
    unit = unit === "word" ? "character" : "word";
    $("unit").setAttribute("aria-pressed", String(unit === "character"));
    say(`The ends move by ${unit}.`);
  }

  function edit(what, text) {
    const item = current();
    const clean = text.trim();
    const before = what === "question" ? questionOf(item) : contextOf(item);
    if (clean === before) return;
    let touched = false;
    change(() => {
      set(item, { edited: true });
      if (what === "question") {
        state.questions[questionKey(item)] = clean;
        return;
      }
      for (const other of items.filter((each) => each.passage === item.passage && each.span)) {
        const carried = carry(spanOf(other), before, clean);
        const own = saidOf(other).span || (carried.touched && (other === item || state.said[other.seen]));
        if (own) set(other, { span: carried.span });
        touched ||= carried.touched && other === item;
      }
      state.contexts[item.passage] = clean;
    });
    if (touched) say("Saved. The edit touched the marked text: check it. Now “", translated(slice(clean, spanOf(item))), "”.");
    else say("Saved.");
  }

  // --- Export.

  function entries() {
    return items.filter((item) => {
      const { verdict, span, edited } = saidOf(item);
      return verdict || span || edited;
    }).map((item) => {
      const context = state.contexts[item.passage];
      const isEdited = context !== undefined && context !== passages[item.passage][1];
      const span = item.span && (saidOf(item).span || isEdited) ? spanOf(item) : null;
      const question = state.questions[questionKey(item)];
      return {
        split: item.split,
        question_id: item.id,
        seen: item.seen,
        verdict: saidOf(item).verdict ?? null,
        span: span && { start: span[0], text: slice(contextOf(item), span) },
        question: question === item.translation ? null : question ?? null,
        context: isEdited ? context : null,
      };
    });
  }

  function download() {
    const review = { format, corpus, build, order, drawn: items.length, items: entries() };
    const link = document.createElement("a");
    link.download = `${corpus}-${order}-${build}.json`;
    link.href = URL.createObjectURL(new Blob([`${JSON.stringify(review, null, 1)}\n`], { type: "application/json" }));
    link.click();
    URL.revokeObjectURL(link.href);
    exported = true;
    say(`Exported ${review.items.length} items.`);
  }

  // --- What is shown.

  const say = (...parts) => $("said").replaceChildren(...parts);
  // With its language, so that a screen reader pronounces it.
  const translated = (text) => Object.assign(document.createElement("span"), { lang: languages[1], textContent: text });
  const label = (verdict) => document.querySelector(`[data-verdict="${verdict}"] span`).textContent;
  const percent = (share) => `${(100 * share).toFixed(1)} %`;

  // Wilson's 95 % interval, as in the loss report.
  function wilson(right, n) {
    const z2 = 1.96 ** 2;
    const share = right / n;
    const middle = (share + z2 / (2 * n)) / (1 + z2 / n);
    const half = (1.96 * Math.sqrt((share * (1 - share)) / n + z2 / (4 * n * n))) / (1 + z2 / n);
    return [Math.max(0, middle - half), Math.min(1, middle + half)];
  }

  function precision(name, chosen) {
    const verdicts = chosen.map((item) => saidOf(item).verdict).filter(Boolean);
    if (!verdicts.length) return null;
    const right = verdicts.filter((verdict) => verdict === "right").length;
    const [low, high] = wilson(right, verdicts.length);
    return `${name}: ${right} of ${verdicts.length} right, ${percent(right / verdicts.length)} (95 % interval ${percent(low)} to ${percent(high)})`;
  }

  function drawProgress() {
    const judged = items.filter((item) => saidOf(item).verdict).length;
    $("bar").value = judged;
    const corrected = entries().filter((entry) => entry.span || entry.question || entry.context).length;
    $("count").textContent = `${judged} of ${items.length} judged${corrected ? `, ${corrected} corrected` : ""}`;
    const parts = order !== "random" ? [] : [
      precision("Answers", items.filter(hasAnswer)),
      precision("Questions without an answer", items.filter((item) => !hasAnswer(item))),
    ];
    $("precision").textContent = parts.filter(Boolean).join(" · ");
  }

  // Shows a text with spans marked; overlapping ones are joined.
  function fill(element, text, spans) {
    element.replaceChildren();
    const letters = points(text);
    let at = 0;
    for (let [start, end] of [...spans].sort((one, other) => one[0] - other[0])) {
      start = Math.max(start, at);
      if (end <= start) continue;
      const mark = document.createElement("mark");
      mark.textContent = letters.slice(start, end).join("");
      element.append(letters.slice(at, start).join(""), mark);
      at = end;
    }
    element.append(letters.slice(at).join(""));
  }

  const describe = () => {
    const span = spanOf(current());
    return span ? ["Marked: “", translated(slice(contextOf(current()), span)), "”."] : ["Nothing is marked."];
  };
  const announce = () => [`Item ${state.at + 1} of ${items.length}. `, translated(questionOf(current())), " ", ...describe()];

  function draw() {
    const item = current();
    const said = saidOf(item);
    const span = spanOf(item);
    // A title in a right-to-left language must not move the number.
    const title = Object.assign(document.createElement("bdi"), { textContent: item.title.replaceAll("_", " ") });
    $("number").replaceChildren(`${state.at + 1} of ${items.length}: `, title);
    $("facts").textContent = [item.split, item.id, item.facts].filter(Boolean).join(" · ");
    $("reasons").replaceChildren(...item.reasons.map((reason) => Object.assign(document.createElement("li"), { textContent: reason })));
    $("reasons").hidden = !item.reasons.length;
    fill($("question"), item.question, []);
    fill($("source"), passages[item.passage][0], item.answers);
    fill($("translation"), questionOf(item), []);
    fill($("target"), contextOf(item), span ? [span] : []);
    $("translation").classList.toggle("edited", questionOf(item) !== item.translation);
    $("target").classList.toggle("edited", contextOf(item) !== passages[item.passage][1]);
    $("asked").textContent = hasAnswer(item)
      ? "Is the text marked in the translation the answer to the question?"
      : `The source has no answer to this question${span ? "; what is marked only looks like one" : ""}. Is that still so, and is the translation good?`;
    for (const button of document.querySelectorAll("[data-verdict]")) {
      button.setAttribute("aria-pressed", String(button.dataset.verdict === said.verdict));
      button.hidden = button.dataset.verdict === "extent" && !hasAnswer(item);
    }
    $("spans").hidden = !span;
    $("previous").disabled = state.at === 0;
    $("next").disabled = state.at === items.length - 1;
    $("undo").disabled = history.length === 0;
    drawProgress();
  }

  // `before`: news to tell before the item.
  function go(at, before = "") {
    if (at < 0 || at >= items.length) return;
    state.at = at;
    save();
    draw();
    $("item").scrollIntoView({ block: "nearest" });
    say(before, ...announce());
  }

  function goToOpen() {
    const open = [...items.keys()].map((n) => (state.at + 1 + n) % items.length).find((n) => !saidOf(items[n]).verdict);
    if (open === undefined) say("All items have a verdict.");
    else go(open);
  }

  // --- Input.

  // The part of the translated paragraph that is selected, or null.
  function selection() {
    const chosen = getSelection();
    if (!chosen.rangeCount || chosen.isCollapsed || !$("target").contains(chosen.getRangeAt(0).commonAncestorContainer)) return null;
    const range = chosen.getRangeAt(0);
    const before = document.createRange();
    before.setStart($("target"), 0);
    before.setEnd(range.startContainer, range.startOffset);
    const start = points(before.toString()).length;
    return [start, start + points(range.toString()).length];
  }

  function takeSelection() {
    const span = selection();
    if (!span) return;
    getSelection().removeAllRanges();
    select(span);
  }

  let editing = null;
  function openEditor(what) {
    editing = what;
    const item = current();
    const isQuestion = what === "question";
    $("editing").textContent = isQuestion ? "Translation of the question" : "Translation of the paragraph";
    fill($("original"), isQuestion ? item.question : passages[item.passage][0], isQuestion ? [] : item.answers);
    $("text").value = isQuestion ? questionOf(item) : contextOf(item);
    $("refused").hidden = true;
    $("editor").showModal();
    $("text").focus();
    $("text").setSelectionRange(0, 0);
  }

  function closeEditor(event) {
    event?.preventDefault();
    if (!$("text").value.trim()) {
      $("refused").textContent = "The text must not be empty.";
      $("refused").hidden = false;
      return;
    }
    $("editor").close();
    edit(editing, $("text").value);
  }

  const onKey = {
    1: () => judge(VERDICTS[0]),
    2: () => judge(VERDICTS[1]),
    3: () => judge(VERDICTS[2]),
    j: () => go(state.at + 1),
    k: () => go(state.at - 1),
    n: goToOpen,
    s: () => $("target").focus(),
    w: toggleUnit,
    q: () => openEditor("question"),
    e: () => openEditor("context"),
    u: undo,
    x: download,
  };

  function moveByKey(event) {
    const forward = getComputedStyle($("target")).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
    if (event.key === "ArrowUp" || event.key === "ArrowDown") move("both", event.key === "ArrowDown" ? 1 : -1);
    else move(event.shiftKey ? "end" : "start", event.key === forward ? 1 : -1);
  }

  // Of a keyboard with another alphabet, the key that a Latin keyboard has in the same place.
  const keyOf = ({ key, code }) => (/^[^\x00-\x7f]$/.test(key) ? code.replace(/^(Key|Digit)/, "").toLowerCase() : key);

  document.addEventListener("keydown", (event) => {
    const key = keyOf(event);
    if ($("editor").open) {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) closeEditor(event);
      return;
    }
    if (key === "z" && (event.ctrlKey || event.metaKey)) return event.preventDefault(), undo();
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key.startsWith("Arrow")) {
      if (document.activeElement === $("target")) event.preventDefault(), moveByKey(event);
    } else if (Object.hasOwn(onKey, key)) {
      event.preventDefault();
      onKey[key]();
    }
  });
  for (const button of document.querySelectorAll("[data-verdict]")) button.addEventListener("click", () => judge(button.dataset.verdict));
  for (const button of document.querySelectorAll("[data-move]")) button.addEventListener("click", () => move(button.dataset.move, Number(button.dataset.by)));
  for (const button of document.querySelectorAll("[data-edit]")) button.addEventListener("click", () => openEditor(button.dataset.edit));
  const onClick = { previous: onKey.k, next: onKey.j, undo, export: download, unit: toggleUnit, take: takeSelection, cancel: () => $("editor").close() };
  for (const [id, act] of Object.entries(onClick)) $(id).addEventListener("click", act);
  $("editor").addEventListener("submit", closeEditor);
  // A finger selects in several steps, so its selection waits for the button.
  document.addEventListener("selectionchange", () => ($("take").disabled = !selection()));
  document.addEventListener("pointerup", (event) => event.pointerType === "mouse" && event.target.closest("#target, #item") && takeSelection());
  addEventListener("beforeunload", (event) => !storage && !exported && event.preventDefault());

  if (!items[state.at]) state = empty();
  save();
  draw();
})();
