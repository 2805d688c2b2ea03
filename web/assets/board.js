// Follows a round: when a run ends or a state changes, the page is asked for again and what changed is
// put in its place; rows that moved glide there. Without this module the board works as well.

const SPREAD = 300; // milliseconds over which readers ask again, so that a thousand do not at once
const SILENT = 45_000; // after so long without a sign of life the page says that it is not live

const address = document.querySelector('meta[name="events"]')?.content;
let source, silence, asking = false, again = false;

function live(yes) {
  for (const each of document.querySelectorAll(".stale")) each.hidden = yes;
}

function heard() {
  live(true);
  clearTimeout(silence);
  silence = setTimeout(() => live(false), SILENT);
}

function listen() {
  if (!address || source || document.hidden) return;
  source = new EventSource(address);
  clearTimeout(silence);
  silence = setTimeout(() => live(false), SILENT);
  source.onopen = heard;
  source.onerror = () => {
    live(false);
    if (source?.readyState === EventSource.CLOSED) {
      hush();
      setTimeout(listen, 5_000 + Math.random() * SPREAD);
    }
  };
  source.addEventListener("alive", heard);
  for (const kind of ["run", "round", "operation"])
    source.addEventListener(kind, () => {
      heard();
      setTimeout(refresh, Math.random() * SPREAD);
    });
}

function hush() {
  source?.close();
  source = undefined;
  clearTimeout(silence);
}

async function refresh() {
  if (asking) {
    again = true;
    return;
  }
  asking = true;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (answer.redirected) location.assign(answer.url);
    else if (answer.ok) swap(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    live(false);
  } finally {
    asking = false;
    if (again) {
      again = false;
      refresh();
    }
  }
}

function swap(fresh) {
  const before = places();
  const focus = document.activeElement?.closest("[data-key]")?.dataset.key;
  const scrolled = regions().map((each) => [each.scrollLeft, each.scrollTop]);
  for (const where of [".said", ".dot", "#main"]) {
    const old = document.querySelector(where), neu = fresh.querySelector(where);
    if (old && neu && old.outerHTML !== neu.outerHTML) old.replaceWith(neu);
  }
  regions().forEach((each, at) => ([each.scrollLeft, each.scrollTop] = scrolled[at] ?? [0, 0]));
  if (focus) document.querySelector(`[data-key="${CSS.escape(focus)}"] a`)?.focus({ preventScroll: true });
  glide(before);
}

const regions = () => [...document.querySelectorAll("main .region, main .scrolls")];
const rows = () => document.querySelectorAll("[data-key]");

function places() {
  return new Map([...rows()].map((row) => [row.dataset.key, row.getBoundingClientRect().top]));
}

function glide(before) {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  const moved = [];
  for (const row of rows()) {
    const was = before.get(row.dataset.key);
    const by = was === undefined ? 0 : was - row.getBoundingClientRect().top;
    if (by) moved.push([row, by]);
  }
  for (const [row, by] of moved)
    row.animate([{ transform: `translateY(${by}px)` }, { transform: "none" }], { duration: 600, easing: "ease" });
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) hush();
  else {
    listen();
    if (address) refresh();
  }
});
// A form that is on its way is not sent twice; the server would see through it, the reader be spared.
document.addEventListener("submit", (event) => {
  for (const each of event.target.querySelectorAll("button")) setTimeout(() => (each.disabled = true));
});
addEventListener("pageshow", () => {
  for (const each of document.querySelectorAll("form button")) each.disabled = false;
});
listen();
