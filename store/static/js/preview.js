// Previews: one clip at a time, by a button or by its wave. Without this file each track has the browser's own player.
// Whatever else plays may listen on `document` for preview:start and preview:end.

const audio = new Audio();
const root = document.documentElement;
const status = document.querySelector('#said');
let button; // whose clip is loaded
let sounding = false;

root.dataset.sound = 'on'; // the style sheet puts our buttons in place of the players

const clock = (seconds) => `${Math.trunc(seconds / 60)}:${String(Math.trunc(seconds % 60)).padStart(2, '0')}`;
const range = (of = button) => of?.closest('[data-track]')?.querySelector('input');
const title = () => button.getAttribute('aria-label').slice(5);
const place = () => `${clock(audio.currentTime)} of ${clock(audio.duration || range()?.max || 0)}`;

const show = (plays) => {
  button.setAttribute('aria-pressed', plays);
  if (plays === sounding) return;
  sounding = plays;
  document.dispatchEvent(new CustomEvent(plays ? 'preview:start' : 'preview:end', { detail: { title: title() } }));
};

const load = (next) => {
  if (next === button) return;
  if (button) stop();
  button = next;
  audio.src = next.dataset.play;
};

const stop = () => {
  audio.pause();
  show(false);
};

const play = (from) => {
  if (from !== undefined) audio.currentTime = from;
  show(true);
  audio.play().then(
    () => (status.textContent = `Playing ${title()}, ${place()}.`),
    (why) => {
      show(false);
      if (why.name !== 'AbortError') status.textContent = `${title()} cannot be played now. Try again in a minute.`;
    },
  );
};

addEventListener('click', (event) => {
  const next = event.target.closest('[data-play]');
  if (!next) return;
  if (next === button && !audio.paused) {
    stop();
    status.textContent = `Paused at ${place()}.`;
    return;
  }
  load(next);
  play();
});

addEventListener('input', (event) => {
  const own = event.target.closest('[data-track]')?.querySelector('[data-play]');
  if (!own || !event.target.matches('[type=range]')) return;
  load(own);
  play(Number(event.target.value));
});

audio.addEventListener('timeupdate', () => {
  if (!button.isConnected) return stop(); // its page has gone
  const bar = range();
  if (!bar) return;
  bar.value = audio.currentTime;
  bar.setAttribute('aria-valuetext', place());
});

audio.addEventListener('ended', () => {
  show(false);
  status.textContent = `${title()} has ended.`;
});
