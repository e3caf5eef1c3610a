// The pages are whole without this. It adds: living parts asked for again, consoles followed, shortcuts, confirmations.
'use strict';

const $ = (selector, from = document) => from.querySelector(selector);
const $$ = (selector, from = document) => [...from.querySelectorAll(selector)];

// --- Shortcuts: one key each, never while writing.
document.addEventListener('keydown', event => {
  const writing = event.target.closest('input, select, textarea, [contenteditable]');
  if (writing || event.ctrlKey || event.metaKey || event.altKey || $('dialog[open]')) return;
  const tab = $(`nav a[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (tab) { event.preventDefault(); tab.click(); }
  else if (event.key === '?') { event.preventDefault(); $('#help')?.showModal(); }
  else if (event.key === '/') { event.preventDefault(); $('#search')?.focus(); }
});
$('[data-help]')?.addEventListener('click', () => $('#help').showModal());

// --- Forms that give commands ask first; forms that choose what is shown send themselves.
document.addEventListener('submit', event => {
  const question = event.target.dataset.confirm;
  if (question && !confirm(question)) event.preventDefault();
});
document.addEventListener('change', event => {
  if (event.target.matches('[data-autosubmit] select, [data-autosubmit] input[type=checkbox]')) event.target.form.requestSubmit();
});

// --- Living parts: the page is asked for again and what differs is put in place. A page nobody looks at asks for nothing.
const main = $('main[data-refresh]');
let liveOff = false;
if (main) {
  let busy = false;
  const refresh = async () => {
    if (busy || liveOff || document.hidden || $('dialog[open]')) return;
    busy = true;
    try {
      const answer = await fetch(location.href, { headers: { 'X-Refresh': '1' } });
      if (answer.ok) replace(new DOMParser().parseFromString(await answer.text(), 'text/html'));
    } catch { /* The app host has gone or is busy: what is shown stays, the next time may do. */ } finally { busy = false; }
  };
  setInterval(refresh, Number(main.dataset.refresh));
  document.addEventListener('visibilitychange', refresh);
}

function replace(fresh) {
  for (const old of $$('[data-live]')) {
    const next = fresh.getElementById(old.id);
    if (!next || next.innerHTML === (old.dataset.shown ?? old.innerHTML) || old.contains(document.getSelection()?.anchorNode) && !document.getSelection().isCollapsed) continue;
    const focused = place(old);
    const open = $$('details[open][id]', old).map(d => d.id);
    const scrolled = $$('.scroll, .tree', old).map(e => [e.scrollLeft, e.scrollTop]);
    old.dataset.shown = next.innerHTML;
    old.replaceChildren(...next.childNodes);
    open.forEach(id => document.getElementById(id)?.setAttribute('open', ''));
    $$('.scroll, .tree', old).forEach((e, i) => { if (scrolled[i]) [e.scrollLeft, e.scrollTop] = scrolled[i]; });
    if (focused >= 0) focusable(old)[focused]?.focus({ preventScroll: true });
  }
}
const focusable = from => $$('a[href], button, input, select, summary, [tabindex]', from);
const place = from => from.contains(document.activeElement) ? focusable(from).indexOf(document.activeElement) : -1;

const live = $('[data-live-toggle]');
live?.addEventListener('click', () => {
  liveOff = !liveOff;
  live.setAttribute('aria-pressed', String(liveOff));
  [live.textContent, live.dataset.other] = [live.dataset.other, live.textContent];
});

// --- Consoles: server-sent events; at most so many lines here, the oldest go.
const screen = $('[data-stream]');
if (screen) {
  const most = 5000;
  const status = $('[data-status]');
  const pause = $('[data-pause]');
  const number = new Intl.NumberFormat(screen.dataset.language);
  const filter = $('#q'), download = $('a[download]');
  let events = null, paused = false, anew = true, typing, waiting = [], missed = 0;

  const gap = count => {
    const line = document.createElement('div');
    line.className = 'gap';
    line.textContent = screen.dataset.omittedText.replace('{0}', number.format(count));
    return line;
  };
  const shown = ({ resource, time, text, error }) => {
    const line = document.createElement('div');
    if (error) line.className = 'error';
    const piece = (name, content) => { const s = document.createElement('span'); s.className = name; s.textContent = content; return s; };
    line.append(piece('at', time));
    if (screen.dataset.merged === 'true') line.append(piece('who', resource));
    line.append(text);
    return line;
  };
  const add = (lines, omitted) => {
    const atEnd = screen.scrollTop + screen.clientHeight >= screen.scrollHeight - 8;
    const pieces = document.createDocumentFragment();
    if (omitted > 0) pieces.append(gap(omitted));
    lines.forEach(line => pieces.append(shown(line)));
    screen.append(pieces);
    const over = screen.childElementCount - most;
    if (over > 0) for (let i = 0; i < over; i++) screen.firstChild.remove();
    if (atEnd) screen.scrollTop = screen.scrollHeight;
  };
  const open = () => {
    events = new EventSource(screen.dataset.stream);
    events.onopen = () => { anew = true; status.textContent = paused ? status.dataset.pausedText : status.dataset.liveText; };
    events.onerror = () => { status.textContent = status.dataset.brokenText; };
    events.onmessage = message => {
      const { lines, omitted } = JSON.parse(message.data);
      // The first word of a connection is the last lines there are: what is shown already is among them.
      if (anew) { screen.replaceChildren(); waiting = []; missed = 0; }
      if (anew || !paused) { anew = false; add(lines, omitted); return; }
      missed += omitted;
      waiting.push(...lines);
      if (waiting.length > most) { missed += waiting.length - most; waiting = waiting.slice(-most); }
    };
  };
  open();
  // The filter acts while it is typed; the address says it, for who loads the page again or passes it on.
  filter.addEventListener('input', () => {
    clearTimeout(typing);
    typing = setTimeout(() => {
      const query = new URLSearchParams(new FormData(filter.form));
      history.replaceState(null, '', `?${query}`);
      screen.dataset.stream = `/consoles/stream?${query}`;
      download.href = `/consoles/download?${query}`;
      events.close();
      open();
    }, 250);
  });
  // A browser opens few connections to one place: a page that nobody looks at gives its own back.
  document.addEventListener('visibilitychange', () => { if (document.hidden) events.close(); else if (!paused) open(); });
  addEventListener('pagehide', () => events.close());
  pause.addEventListener('click', () => {
    paused = !paused;
    pause.setAttribute('aria-pressed', String(paused));
    [pause.textContent, pause.dataset.resumeText] = [pause.dataset.resumeText, pause.textContent];
    status.textContent = paused ? status.dataset.pausedText : status.dataset.liveText;
    if (paused) return;
    // The page was out of sight while it was paused.
    if (events.readyState === EventSource.CLOSED) open();
    add(waiting, missed);
    [waiting, missed] = [[], 0];
  });
  $('[data-clear]').addEventListener('click', () => screen.replaceChildren());
}
