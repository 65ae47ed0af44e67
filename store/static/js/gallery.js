// Full-size pictures in a dialog. Without this file each picture is a link to its largest rendition.

const views = () => [...document.querySelectorAll('[data-view]')];
const box = document.createElement('dialog');
let at = 0;

box.className = 'zoom';
box.setAttribute('aria-labelledby', 'zoom-place');
box.innerHTML =
  '<p id="zoom-place" class="num" role="status"></p>' +
  '<button class="quiet" value="0">Close</button>' +
  '<img alt="">' +
  '<div><button class="quiet" value="-1">Previous</button><button class="quiet" value="1">Next</button></div>';

const show = (to) => {
  const all = views();
  at = (to + all.length) % all.length;
  const [small, large] = [all[at], box].map((within) => within.querySelector('img'));
  // A browser that took AVIF for the small one takes it for the large one too, at a third of the bytes.
  large.src = small.currentSrc.endsWith('.avif') ? all[at].href.replace('.jpeg', '.avif') : all[at].href;
  large.alt = small.alt;
  box.querySelector('p').textContent = `${at + 1} of ${all.length}`;
  box.querySelector('div').hidden = all.length < 2;
};

addEventListener('click', (event) => {
  const view = event.target.closest('[data-view]');
  if (!view || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  if (!box.isConnected) document.body.append(box); // before that it would be a picture of nothing
  show(views().indexOf(view));
  box.showModal();
});

box.addEventListener('click', (event) => {
  const step = Number(event.target.value);
  if (step) show(at + step);
  else if (event.target === box || event.target.value) box.close();
});

box.addEventListener('keydown', (event) => {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (step) show(at + step);
});

// Leafing through may have ended elsewhere; focus stays with the picture that was looked at last.
box.addEventListener('close', () => views()[at]?.focus());
