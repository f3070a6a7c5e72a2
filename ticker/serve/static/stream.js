// The stream of this page, shared by all tabs. Over HTTP/1.1 a browser has six connections to a host for all its tabs,
// and a stream keeps one for good: of the tabs that follow the same address one holds it (Web Locks) and tells the
// others (BroadcastChannel), and no more than PLACES addresses have one at a time, those in sight first. Where there
// are no locks (plain http to another host), a tab out of sight has none.

const PLACES = 4; // of six: two are left to load pages with
const FIRST = 3_000; // ms until a stream that was refused is asked for again; doubled each time
const LONGEST = 60_000;
const MUTE = 4_000; // ms without a word from the tab that holds the stream: it is frozen, and this one takes it over
const HIDDEN = 10_000; // ms out of sight until a tab without locks lets go
const FULL = 200; // ms until a tab that waits for a place asks those out of sight for theirs
const WATCHED = 15_000; // ms for which a tab in sight is believed to be there

const numbers = (cursor) => cursor.split("-").map(Number);
const least = (one, other) => numbers(one).map((number, at) => Math.min(number, numbers(other)[at])).join("-");
const behind = (one, other) => least(one, other) !== other;
const shared = () => Boolean(navigator.locks && globalThis.BroadcastChannel);
const multiplexed = () => /^h[23]/.test(performance.getEntriesByType("navigation")[0]?.nextHopProtocol ?? "");

// Follows *path* from `cursor()` on. `heard(name, id, data)` is told what comes, `well(whether)` how the connection is.
// A change may be told more than once.
export function follow(path, { cursor, heard, well }) {
  const over = new AbortController();
  const channel = shared() ? new BroadcastChannel(`ticker ${path}`) : null;
  const places = shared() ? new BroadcastChannel("ticker places") : null;
  let waiting = new AbortController(); // for the lead
  let leave = null; // gives the lead away; null in a tab that does not have it
  let yieldPlace = null; // gives the place away
  let source = null;
  let told = cursor(); // up to where all tabs were told
  let state; // whether the stream is well; undefined until that is known
  let watched = 0; // when another tab that follows us was in sight last
  let waits = FIRST;
  let again = 0;
  let mute = 0;
  let hidden = 0;

  const tell = (what) => channel?.postMessage(what);
  const is = (whether) => {
    state = whether;
    well(whether);
    tell({ well: whether, at: told });
  };
  const drop = () => {
    clearTimeout(again);
    source?.close();
    source = null;
  };
  const open = (after) => {
    drop();
    told = after;
    const opened = (source = new EventSource(`${path}&after=${after}`));
    opened.addEventListener("open", () => {
      waits = FIRST;
      is(true);
    });
    opened.addEventListener("error", () => {
      if (opened !== source) return;
      is(false);
      if (opened.readyState !== EventSource.CLOSED) return;
      again = setTimeout(() => open(told), waits * (0.5 + Math.random())); // refused: the browser gives up
      waits = Math.min(waits * 2, LONGEST);
    });
    for (const name of ["items", "refresh", "state"]) {
      opened.addEventListener(name, ({ lastEventId: id, data }) => {
        if (opened !== source) return;
        if (id) told = id;
        tell({ name, id, data });
        heard(name, id, data);
      });
    }
  };

  // A place for the stream, as soon as one of them is free.
  const place = () => {
    if (multiplexed()) return open(cursor());
    const rest = new AbortController();
    over.signal.addEventListener("abort", () => rest.abort());
    let had = false;
    const work = async () => {
      if (had || !leave || source || over.signal.aborted) return;
      had = true;
      rest.abort();
      const given = new Promise((resolve) => (yieldPlace = resolve));
      open(least(cursor(), told));
      await given;
    };
    for (let number = 0; number < PLACES; number += 1) {
      navigator.locks.request(`ticker place ${number}`, { signal: rest.signal }, work).catch(() => {}); // another came first
    }
    setTimeout(wanted, FULL);
  };
  const inSight = () => !document.hidden || Date.now() - watched < WATCHED;
  const wanted = () => leave && !source && inSight() && places.postMessage("wanted");
  const yields = () => {
    drop();
    yieldPlace?.();
    yieldPlace = null;
  };

  const lead = () => {
    if (over.signal.aborted) return null;
    clearTimeout(mute);
    const given = new Promise((resolve) => (leave = resolve));
    told = cursor();
    place();
    return given;
  };
  const queue = (steal) => {
    const turn = (waiting = new AbortController());
    navigator.locks.request(`ticker ${path}`, steal ? { steal } : { signal: turn.signal }, lead).catch(() => {
      if (turn !== waiting || over.signal.aborted) return;
      leave = null; // another tab took the lead
      yields();
      queue(false);
      join();
    });
  };
  const take = () => {
    mute = 0;
    if (leave || document.hidden) return;
    waiting.abort();
    queue(true);
  };
  const join = () => {
    tell({ join: cursor(), inSight: !document.hidden });
    if (!document.hidden) mute ||= setTimeout(take, MUTE);
  };
  const answer = ({ join: theirs, inSight: seen }) => {
    if (seen) watched = Date.now();
    if (!source) wanted();
    if (source && behind(theirs, told)) open(least(theirs, told)); // all is told again from there
    else tell({ well: state, at: told });
  };
  const listen = ({ data: said }) => {
    if (leave) {
      if ("join" in said) answer(said);
      return;
    }
    if ("join" in said) return;
    clearTimeout(mute);
    mute = 0;
    if (said.name) heard(said.name, said.id, said.data);
    else if (said.well !== undefined) well(said.well);
    if (said.at && behind(cursor(), said.at)) tell({ join: cursor(), inSight: !document.hidden });
  };

  if (channel) {
    channel.onmessage = listen;
    places.onmessage = () => {
      if (!leave || !source || inSight()) return;
      yields();
      place(); // behind the one that asked
    };
    queue(false);
    join();
  } else if (!document.hidden) {
    open(cursor());
  }
  const sight = () => {
    clearTimeout(hidden);
    if (channel) {
      if (!document.hidden) wake();
    } else if (document.hidden) {
      hidden = setTimeout(drop, HIDDEN);
    } else {
      wake();
    }
  };
  document.addEventListener("visibilitychange", sight, { signal: over.signal });

  // Makes sure that there is somebody to tell us.
  function wake() {
    if (!channel) {
      if (!document.hidden && source?.readyState !== EventSource.OPEN) open(cursor());
    } else if (!leave) {
      if (!document.hidden) join();
    } else if (!source) {
      wanted();
    } else if (source.readyState === EventSource.CLOSED) {
      open(told);
    }
  }

  return {
    wake,
    // From `cursor()` on, by a new connection: the old one may be dead without saying so.
    anew() {
      if (leave ? source : !channel && !document.hidden) open(cursor());
      else wake();
    },
    close() {
      over.abort();
      waiting.abort();
      clearTimeout(mute);
      clearTimeout(hidden);
      yields();
      leave?.();
      channel?.close();
      places?.close();
    },
  };
}
