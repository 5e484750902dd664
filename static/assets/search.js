// The search page: asks Pagefind for results, a span of years at a time, and keeps what is asked in the address.
"use strict";
(() => {
  const part = (id) => document.getElementById(`ng:${id}`);
  const { base, locale, unspaced, first: most, words } = JSON.parse(part("search-data").textContent);
  const [form, field, status, results, more, facets] = "search query found results more facets".split(" ").map(part);
  const [span, all, sort, languages] = "span all sort languages".split(" ").map(part);
  const SHOWN = 10;
  const EXCERPT = 32; // words
  const MOST_VALUES = 30;
  const LISTS = ["tag", "place", "author", "source", "year"];

  // --- what is asked ---

  let asked = read();

  function read() {
    const given = new URLSearchParams(location.search);
    return {
      query: given.get("q") ?? "",
      language: given.get("lang") ?? "",
      newest: given.get("sort") === "newest",
      all: given.get("years") === "all",
      from: given.get("from") ?? "",
      to: given.get("to") ?? "",
      chosen: Object.fromEntries(LISTS.map((name) => [name, given.getAll(name)])),
    };
  }

  function write(how) {
    const given = new URLSearchParams();
    const put = (name, value) => value && given.append(name, value);
    put("q", asked.query);
    put("lang", asked.language);
    put("sort", asked.newest && "newest");
    put("years", asked.all && "all");
    for (const name of LISTS) for (const value of asked.chosen[name]) put(name, value);
    put("from", asked.from);
    put("to", asked.to);
    const query = given.toString();
    const address = location.pathname + (query && `?${query}`);
    if (address !== location.pathname + location.search) history[how](null, "", address);
  }

  function fill() {
    field.value = asked.query;
    sort.value = asked.newest ? "newest" : "";
    if (asked.language) languages.value = asked.language;
  }

  const isNarrowed = () => Boolean(asked.from || asked.to || LISTS.some((name) => asked.chosen[name].length));

  // --- languages that write no spaces are indexed as pairs of characters ---

  const runs = new RegExp(`[${unspaced}]+`, "gu");
  const isPair = RegExp.prototype.test.bind(new RegExp(`^[${unspaced}]{2}$`, "u"));
  const hangs = RegExp.prototype.test.bind(new RegExp(`[${unspaced}\u3000-\u303f\uff00-\uffef]`, "u"));

  function spaced(query) {
    return query.replace(runs, (run) => {
      const signs = [...run];
      return signs.length < 2 ? ` ${run} ` : ` ${signs.slice(1).map((sign, at) => signs[at] + sign).join(" ")} `;
    }).replace(/^(\s*")\s+|\s+("\s*)$/g, "$1$2").trim();
  }

  // Gives pieces of text, each with whether it was searched for.
  function pieces(text, hits, start, end) {
    const list = text.split(/\s+/).filter(Boolean);
    const marked = new Set(hits);
    for (const at of hits) if (isPair(list[at] ?? "")) marked.add(at + 1);
    const found = [];
    for (let at = start; at < Math.min(end, list.length); at += 1) {
      const signs = [...list[at]];
      const shown = isPair(list[at]) && at + 1 < end ? signs[0] : list[at];
      const before = found.at(-1)?.[0];
      const gap = before && !(hangs([...before].at(-1)) && hangs(signs[0])) ? " " : "";
      found.push([gap, false], [shown, marked.has(at)]);
    }
    return found.filter(([one]) => one);
  }

  const plain = (text) => pieces(text, [], 0, Infinity).map(([one]) => one).join("");

  function excerpt(fragment) {
    const hits = [...fragment.locations].sort((one, other) => one - other);
    const inside = (start) => hits.filter((at) => at >= start && at < start + EXCERPT).length;
    let best = hits[0] ?? 0;
    for (const at of hits) if (inside(at) > inside(best)) best = at;
    const start = best < EXCERPT / 2 ? 0 : best - 4;
    const paragraph = make("p", "excerpt");
    if (start) paragraph.append("… ");
    for (const [text, isHit] of pieces(fragment.content, hits, start, start + EXCERPT)) {
      if (isHit) paragraph.append(make("mark", "", text));
      else paragraph.append(text);
    }
    if (fragment.word_count > start + EXCERPT) paragraph.append(" …");
    return paragraph;
  }

  // --- the indexes ---

  let listing = null;
  const engines = new Map();

  async function spansOf() {
    listing ??= fetch(`${base}search/spans.json`, { cache: "no-cache" }).then((answer) => answer.json());
    return listing;
  }

  async function engineOf() {
    const { engine, spans } = await spansOf();
    const keys = offer(spans);
    const key = keys.includes(asked.language) ? asked.language : keys[0];
    if (!key) return null;
    if (!engines.has(key)) {
      const folder = `${base}search/${engine}/${key}/`;
      const made = import(`${folder}pagefind.js`).then(async (pagefind) => {
        const options = { basePath: folder, baseUrl: "/", noWorker: true, metaCacheTag: engine };
        const instance = pagefind.createInstance(options);
        await instance.init();
        const own = spans.filter((one) => one[2][key]).map(([name, mark, of]) => ({ name, mark, count: of[key] }));
        return { key, instance, spans: own, loaded: new Set() };
      });
      engines.set(key, made);
      made.catch(() => engines.delete(key));
    }
    return engines.get(key);
  }

  // Offers the languages of the archive, that of the site first.
  function offer(spans) {
    const counts = {};
    for (const [, , of] of spans) for (const key in of) counts[key] = (counts[key] ?? 0) + of[key];
    const primary = locale.split("-")[0].toLowerCase();
    const isOwn = (key) => real(key) === primary;
    const keys = Object.keys(counts).sort((a, b) => isOwn(b) - isOwn(a) || counts[b] - counts[a] || (a < b ? -1 : 1));
    if (!languages.options.length) {
      const names = new Intl.DisplayNames([locale], { type: "language" });
      for (const key of keys) languages.add(new Option(names.of(real(key)), key));
      languages.parentElement.hidden = keys.length < 2;
      if (asked.language) languages.value = asked.language;
    }
    return keys;
  }

  const real = (key) => key.split("-x-").at(-1);

  async function merge(engine, some) {
    const fresh = some.filter((one) => !engine.loaded.has(one.name));
    await Promise.all(fresh.map((one) => {
      engine.loaded.add(one.name);
      const options = { language: engine.key, metaCacheTag: one.mark, baseUrl: "/" };
      return engine.instance.mergeIndex(`${base}search/${one.name}/`, options);
    }));
    return fresh.length;
  }

  // The newest spans, up to a number of articles or of spans: these are searched at once.
  function first(engine) {
    let number = 0;
    let articles = 0;
    for (const one of engine.spans) {
      if (number === most.spans || articles >= most.articles) break;
      number += 1;
      articles += one.count;
    }
    return engine.spans.slice(0, number);
  }

  function wanted(engine) {
    if (asked.all) return engine.spans;
    const years = asked.chosen.year;
    return years.length ? engine.spans.filter((one) => years.includes(one.name.slice(0, 4))) : first(engine);
  }

  const rest = (engine) => engine.spans.filter((one) => !engine.loaded.has(one.name));

  function filters(known) {
    const any = {};
    for (const name of LISTS) if (asked.chosen[name].length) any[name] = { any: asked.chosen[name] };
    if (asked.from || asked.to) {
      const [start, end] = [Number(asked.from || -Infinity), Number(asked.to || Infinity)];
      const years = Object.keys(known.happened ?? {}).filter((year) => start <= Number(year) && Number(year) <= end);
      any.happened = { any: years.length ? years : ["none"] };
    }
    return any;
  }

  async function ask(engine) {
    const known = isNarrowed() ? await engine.instance.filters() : {};
    const query = spaced(asked.query);
    const answer = await engine.instance.search(query || null, { filters: filters(known) });
    const found = answer.results.filter((one) => one.id);
    if (asked.newest || !query) await byDay(engine, found);
    return { found, counts: answer.filters, totals: answer.totalFilters };
  }

  async function byDay(engine, found) {
    const ranks = new Map();
    const loaded = engine.spans.filter((one) => engine.loaded.has(one.name));
    const lists = await Promise.all(loaded.map(async (one) => {
      one.newest ??= fetch(`${base}search/${one.name}/newest.${engine.key}.json?ts=${one.mark}`);
      one.newest = Promise.resolve(one.newest).then((answer) => answer.json?.() ?? answer);
      return one.newest;
    }));
    for (const own of lists.flat()) ranks.set(`${engine.key}_${own}`, ranks.size);
    found.sort((one, other) => ranks.get(one.id) - ranks.get(other.id));
  }

  // --- what is shown ---

  let turn = 0;
  let showing = [];

  function make(name, className = "", text = "") {
    const made = document.createElement(name);
    if (className) made.className = className;
    made.textContent = text;
    return made;
  }

  const numbers = new Intl.NumberFormat(locale);
  // In English the day stands first, as on all other pages.
  const days = new Intl.DateTimeFormat(locale === "en" ? "en-GB" : locale, { dateStyle: "long", timeZone: "UTC" });
  const plural = new Intl.PluralRules(locale);
  const known = plural.resolvedOptions().pluralCategories;
  const kinds = ["zero", "one", "two", "few", "many", "other"].filter((kind) => known.includes(kind));
  const say = (text) => { if (status.textContent !== text) status.textContent = text; };
  const put = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  // The forms stand in the order of Unicode's categories; a language with fewer says the rest like the last.
  const several = (forms, number) => {
    const at = kinds.indexOf(plural.select(number));
    return forms[Math.min(at, forms.length - 1)].replace("%(num)s", numbers.format(number));
  };

  async function run() {
    const mine = (turn += 1);
    if (!asked.query.trim() && !isNarrowed()) {
      clear();
      return;
    }
    say(words.searching);
    results.closest(".answer").classList.add("awaited"); // its room is kept, so that nothing moves when results come
    facets.hidden = false;
    results.setAttribute("aria-busy", "true");
    try {
      const engine = await engineOf();
      if (!engine) return;
      await merge(engine, wanted(engine));
      let answer = await ask(engine);
      while (!answer.found.length && rest(engine).length && !asked.chosen.year.length && mine === turn) {
        await merge(engine, rest(engine).slice(0, most.spans));
        answer = await ask(engine);
      }
      if (mine !== turn) return;
      showing = answer.found;
      const items = await Promise.all(showing.slice(0, SHOWN).map(item));
      if (mine !== turn) return;
      results.replaceChildren(...items);
      told(engine);
      await narrow(engine, mine);
    } catch (error) {
      if (mine === turn) say(words.failed);
      console.error(error);
    } finally {
      if (mine === turn) results.removeAttribute("aria-busy");
    }
  }

  function clear() {
    showing = [];
    results.replaceChildren();
    say("");
    for (const one of [more, span.parentElement, sort.parentElement, facets]) one.hidden = true;
  }

  function told(engine) {
    const searched = engine.spans.filter((one) => engine.loaded.has(one.name));
    const years = (list) => {
      const [last, start] = [list[0], list.at(-1)].map((one) => one?.name.slice(0, 4));
      return last === start ? `${last}` : `${start}–${last}`;
    };
    const number = showing.length;
    say(number ? several(words.results, number) : words.none);
    span.textContent = put(words.spans, { years: years(searched) });
    span.parentElement.hidden = false;
    all.textContent = put(words.all, { years: years(engine.spans) });
    all.hidden = !rest(engine).length;
    more.hidden = results.children.length >= number;
    sort.parentElement.hidden = number < 2;
  }

  async function item(result) {
    const fragment = await result.data();
    const made = make("li", "card");
    made.lang = real(result.id.split("_")[0]);
    made.dir = "auto";
    const { title, day, place } = fragment.meta;
    const iso = [...(day ?? "")].map((sign) => sign.codePointAt(0) - 0x2801).join("")
      .replace(/^(\d{4})(\d\d)(\d\d)$/, "$1-$2-$3");
    const line = make("p", "dateline");
    line.lang = locale;
    if (place) line.append(make("span", "place", plain(place)));
    if (iso) {
      const time = make("time", "", days.format(new Date(`${iso}T00:00Z`)));
      time.dateTime = iso;
      line.append(time);
    }
    const heading = make("h2");
    const link = make("a", "", plain(title ?? fragment.raw_url));
    const address = fragment.raw_url.replace(/^\/|\/_\.html$/g, "").split("/").map(encodeURIComponent).join("/");
    link.href = base + address.replaceAll("index%252Ehtml", "index.html");
    heading.append(link);
    made.append(line, heading, excerpt(fragment));
    return made;
  }

  async function narrow(engine, mine) {
    await engine.instance.filters();
    const { counts, totals } = await ask(engine);
    if (mine !== turn) return;
    const focused = document.activeElement?.dataset?.key;
    for (const name of LISTS) list(name, asked.chosen[name].length ? totals[name] : counts[name]);
    const [from, to] = [part("from"), part("to")];
    if (document.activeElement !== from) from.value = asked.from;
    if (document.activeElement !== to) to.value = asked.to;
    facets.hidden = false;
    part("clear").hidden = !isNarrowed();
    if (focused) facets.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }

  function list(name, counts = {}) {
    const box = part(`facet-${name}`);
    const isChosen = (value) => asked.chosen[name].includes(value);
    const order = name === "year" ? (a, b) => (a[0] < b[0] ? 1 : -1)
      : (a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1);
    const entries = Object.entries(counts).filter(([value, number]) => number || isChosen(value)).sort(order);
    for (const value of asked.chosen[name]) if (!(value in counts)) entries.unshift([value, 0]);
    const shown = entries.filter(([value], at) => at < MOST_VALUES || isChosen(value));
    box.querySelector("ul").replaceChildren(...shown.map(([value, number]) => {
      const label = make("label");
      const input = make("input");
      Object.assign(input, { type: "checkbox", name, value, checked: isChosen(value) });
      input.dataset.key = `${name} ${value}`;
      const text = make("span", "", value);
      text.dir = "auto";
      label.append(input, text, " ", make("span", "count", numbers.format(number)));
      const made = make("li");
      made.append(label);
      return made;
    }));
    box.hidden = !shown.length;
    if (asked.chosen[name].length) box.open = true;
  }

  // --- what the reader does ---

  function commit(how = "pushState") {
    write(how);
    return run();
  }

  let waiting = 0;
  field.addEventListener("focus", () => engineOf().then((engine) => engine && merge(engine, wanted(engine)))
    .catch((error) => console.error(error)));
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    if (field.value.trim().length < 3 && field.value) return;
    waiting = setTimeout(() => { asked.query = field.value.trim(); commit("replaceState"); }, 400);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !field.value) return;
    event.preventDefault();
    clearTimeout(waiting);
    field.value = asked.query = "";
    commit();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(waiting);
    asked.query = field.value.trim();
    commit();
  });
  sort.addEventListener("change", () => { asked.newest = sort.value === "newest"; commit(); });
  languages.addEventListener("change", () => { asked.language = languages.value; commit(); });
  all.addEventListener("click", () => { asked.all = true; field.focus(); commit(); });
  more.addEventListener("click", async () => {
    const start = results.children.length;
    const items = await Promise.all(showing.slice(start, start + SHOWN).map(item));
    results.append(...items);
    more.hidden = results.children.length >= showing.length;
    items[0]?.querySelector("a").focus();
  });
  facets.addEventListener("change", ({ target }) => {
    if (target.id === "ng:from" || target.id === "ng:to") asked[target.id.slice(3)] = target.value;
    else {
      const others = asked.chosen[target.name].filter((value) => value !== target.value);
      asked.chosen[target.name] = target.checked ? [...others, target.value] : others;
    }
    commit();
  });
  facets.addEventListener("submit", (event) => event.preventDefault());
  part("clear").addEventListener("click", () => {
    for (const name of LISTS) asked.chosen[name] = [];
    asked.from = asked.to = "";
    field.focus();
    commit();
  });
  window.addEventListener("popstate", () => { asked = read(); fill(); run(); });

  part("narrow").open = matchMedia("(min-width: 60em)").matches;
  form.hidden = false;
  fill();
  run();
})();
