// The till's form, checked field by field as each is left, by the very rules that placing it goes through. Never while typing.

const form = document.querySelector('form[data-check]');
const left = new Set();
const typed = new Set();

const describe = (field, id, on) => {
  const ids = (field.getAttribute('aria-describedby') ?? '').split(' ').filter((known) => known && known !== id);
  if (on) ids.push(id);
  field.setAttribute('aria-describedby', ids.join(' '));
  if (!ids.length) field.removeAttribute('aria-describedby');
};

const say = (field, sentence) => {
  const id = `${field.name}-mistake`;
  let mistake = document.getElementById(id);
  if (!sentence) {
    mistake?.remove();
    field.removeAttribute('aria-invalid');
    describe(field, id, false);
    return;
  }
  if (!mistake) {
    mistake = Object.assign(document.createElement('p'), { className: 'mistake', id });
    field.before(mistake);
  }
  if (mistake.textContent !== sentence) document.querySelector('#said').textContent = sentence;
  mistake.textContent = sentence;
  field.setAttribute('aria-invalid', 'true');
  describe(field, id, true);
};

// A proposal for the address is a button as well: it is taken, or the address stays as it was typed.
const propose = (field, meant) => {
  document.querySelector('#meant')?.remove();
  if (!meant) return;
  form.querySelector('[name=use_email]')?.parentElement.remove();
  let kept = form.querySelector('[name=kept_email]');
  if (!kept) {
    kept = Object.assign(document.createElement('input'), { type: 'hidden', name: 'kept_email' });
    form.append(kept);
  }
  kept.value = field.value.trim();
  const button = Object.assign(document.createElement('button'), {
    type: 'button', id: 'meant', className: 'quiet breakable', textContent: `Use ${meant}`,
  });
  button.addEventListener('click', () => {
    field.value = meant;
    button.remove();
    say(field, '');
    field.focus();
  });
  field.after(button);
};

const check = async () => {
  const body = new URLSearchParams(new FormData(form));
  body.delete('kept_email'); // the question stands as long as the address does
  let told;
  try {
    const answer = await fetch(form.dataset.check, { method: 'POST', body });
    if (!answer.ok) return;
    told = await answer.json();
  } catch {
    return; // placing the order says it all anyway
  }
  for (const field of left) {
    // Somebody who has gone back into a field is writing: it is looked at when they leave it.
    if (field === document.activeElement) continue;
    say(field, told.faults[field.name]);
    if (field.name === 'email') propose(field, told.faults.email && told.meant);
  }
};

form?.addEventListener('input', (event) => typed.add(event.target));
form?.addEventListener('focusout', ({ target, relatedTarget }) => {
  const was = left.has(target) || target.hasAttribute('aria-invalid');
  // Tabbing past an empty field is no mistake yet, and pressing the button asks for everything at once.
  if (!target.name || target.type === 'hidden' || !(typed.has(target) || was)) return;
  if (relatedTarget?.type === 'submit') return;
  left.add(target);
  check();
});
form?.addEventListener('change', ({ target }) => {
  const code = form.elements.postal_code;
  if (target.name !== 'country' || !code) return;
  code.inputMode = target.value === 'US' ? 'numeric' : 'text';
});
