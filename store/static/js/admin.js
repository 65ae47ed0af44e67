// Staff pages work without this file. It adds keys, a word before work is lost, and one effect for two clicks.

const find = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];

/* ---- Keys. Each is one letter, so they are silent while somebody types and can be switched off for good. ---- */

const OFF = 'staff-keys-off';
const dialog = find('#keys');
const opener = find('#keys-open');
const toggle = find('#keys-toggle');

// A browser may refuse its storage; then keys are on, and switching them off lasts as long as the page.
let off = false;
try {
  off = localStorage.getItem(OFF) === 'yes';
} catch { /* see above */ }

const showState = () => {
  toggle.textContent = off ? 'Switch keys on' : 'Switch keys off';
  find('#keys-state').textContent = off ? 'Keys are off in this browser.' : 'Keys are on in this browser.';
};

const openKeys = () => dialog.open || dialog.showModal();

if (dialog) {
  opener.hidden = false;
  showState();
  opener.addEventListener('click', openKeys);
  // Closing gives focus back to what had it; the backdrop belongs to the dialog itself.
  dialog.addEventListener('click', (event) => event.target === dialog && dialog.close());
  toggle.addEventListener('click', () => {
    off = !off;
    showState();
    try {
      if (off) localStorage.setItem(OFF, 'yes');
      else localStorage.removeItem(OFF);
    } catch { /* see above */ }
  });
}

const isTyping = (target) => target.closest?.('input, select, textarea, [contenteditable], dialog, [popover]:popover-open');

/** Focus goes from row to row, so Enter opens what has it and a screen reader says where one is. */
const move = (step) => {
  const links = all('.rows .key a');
  if (!links.length) return;
  const here = links.findIndex((link) => link.closest('tr').contains(document.activeElement));
  const next = here < 0 ? (step > 0 ? 0 : links.length - 1) : here + step;
  links[Math.min(Math.max(next, 0), links.length - 1)].focus();
};

let afterG = 0; // until when a letter means a place

const actions = {
  '/': () => {
    const box = find('#find');
    box?.focus();
    box?.select();
    return Boolean(box);
  },
  j: () => move(1),
  k: () => move(-1),
  g: () => { afterG = Date.now() + 1500; },
  '?': openKeys,
};

addEventListener('keydown', (event) => {
  if (off || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (isTyping(event.target)) return;
  const key = event.key.toLowerCase();
  if (afterG > Date.now()) {
    afterG = 0;
    const place = all('.rail [data-key]').find((link) => link.dataset.key === key);
    if (place) {
      event.preventDefault();
      place.click();
    }
    return;
  }
  const act = Object.hasOwn(actions, key) ? actions[key] : null;
  if (act && act() !== false) event.preventDefault();
});

/* ---- Unsaved work: a field that differs from what the page came with, or a form that came back refused. ---- */

const isChanged = (field) => {
  if (field.matches('[type="checkbox"], [type="radio"]')) return field.checked !== field.defaultChecked;
  if (field.matches('[type="file"]')) return field.value !== '';
  if (!field.options) return field.value !== field.defaultValue;
  const first = [...field.options].find((option) => option.defaultSelected) ?? field.options[0];
  return field.value !== first?.value;
};

const isUnsaved = (form) => all('input:not([type="hidden"]), select, textarea', form).some(
  (field) => isChanged(field) || field.matches('[aria-invalid="true"]'),
);

let leaving = null; // the form that is on its way

addEventListener('beforeunload', (event) => {
  if (!all('main form[method="post"]').some((form) => form !== leaving && isUnsaved(form))) return;
  event.preventDefault();
  setTimeout(wake); // runs when somebody has chosen to stay
});

/* ---- Twice pressed is once sent. Not `disabled`: a disabled button loses focus and is not sent along. ---- */

addEventListener('submit', (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== 'post') return;
  if (form.dataset.busy) {
    event.preventDefault();
    return;
  }
  form.dataset.busy = 'yes';
  leaving = form;
  (event.submitter ?? find('[type="submit"]', form))?.setAttribute('aria-busy', 'true');
  setTimeout(wake, 10_000); // still here: the answer was a file, or never came
});

// Coming back, or staying after all, everything can be pressed again.
const wake = () => {
  leaving = null;
  all('form[data-busy]').forEach((form) => delete form.dataset.busy);
  all('[aria-busy="true"]').forEach((button) => button.removeAttribute('aria-busy'));
};
addEventListener('pageshow', (event) => event.persisted && wake());

/* ---- After a refusal, start reading at what has to be mended. ---- */

find('#mend')?.focus();
