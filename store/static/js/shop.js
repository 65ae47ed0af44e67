// Every page works without this file. It adds the bag's count, a bag drawer, and a product page that answers at once.

const find = (selector, root = document) => root.querySelector(selector);

/* ---- Bag count: public pages are the same for everybody, so the number comes from a cookie. ---- */

const showCount = (count) => {
  const label = find('#baglink [data-bag]');
  if (label) label.textContent = count > 0 ? `Bag, ${count}` : 'Bag';
};

const countFromCookie = () => Number(/(?:^|;\s*)(?:__Host-)?bag_count=(\d+)/.exec(document.cookie)?.[1] ?? 0);

showCount(countFromCookie());
// A page that comes back from the browser's own cache still shows the count of that time.
addEventListener('pageshow', (event) => event.persisted && showCount(countFromCookie()));

/* ---- Add to bag: the same form, the same address; only the answer is a fragment. ---- */

const drawer = find('#drawer');

const showDrawer = (html, opener) => {
  drawer.innerHTML = html;
  const count = drawer.firstElementChild?.dataset.count;
  if (count === undefined) throw new Error('the answer is no bag');
  showCount(Number(count));
  if (!drawer.open) {
    opener?.focus(); // a closing dialog gives focus back to whatever had it, and a tapped button may not
    drawer.showModal();
  }
  // Whoever pressed + goes on pressing +; everybody else starts at the top.
  (opener?.id && drawer.querySelector(`#${opener.id}:enabled`) || find('#drawer-title', drawer))?.focus();
  const said = find('[data-say]', drawer);
  setTimeout(() => { said.textContent = said.dataset.say; }, 100); // what is there from the start is no news
};

addEventListener('submit', async (event) => {
  const form = event.target.closest('form[data-add], form[data-line]');
  if (!form) return;
  event.preventDefault();
  if (form.dataset.busy) return; // a second tap while the first is under way adds nothing
  const button = event.submitter;
  form.dataset.busy = 'yes';
  // Not `disabled`: a disabled button loses focus for good.
  button?.setAttribute('aria-busy', 'true');
  try {
    const answer = await fetch(form.action, {
      method: 'POST',
      body: new URLSearchParams(new FormData(form, button)),
      headers: { 'X-Fragment': 'bag' },
    });
    if (!answer.ok && answer.status !== 422) throw new Error(`answered ${answer.status}`);
    showDrawer(await answer.text(), button);
  } catch {
    form.removeAttribute(form.hasAttribute('data-add') ? 'data-add' : 'data-line');
    form.requestSubmit(button); // whatever went wrong, the plain way says it in full
  } finally {
    delete form.dataset.busy;
    button?.removeAttribute('aria-busy');
  }
});

// The backdrop belongs to the dialog itself: a click that hits no child is a click beside the panel.
drawer?.addEventListener('click', (event) => event.target === drawer && drawer.close());

/* ---- Product page: the chosen size is shown, priced and kept in the address. ---- */

const showChoice = (input) => {
  const { label, price, was, stock, state } = input.dataset;
  const tag = find('.buy-price');
  if (tag) tag.textContent = price;
  const before = find('[data-was]');
  if (before) before.innerHTML = was ? 'was <s></s>' : '';
  if (was) find('s', before).textContent = was;
  const adding = find('[data-add-price]');
  if (adding) adding.textContent = `· ${price}`;
  const choice = find('[data-choice]');
  if (choice) choice.textContent = [choice.dataset.color, label].filter(Boolean).join(', ');
  find('.picks .gone[aria-current]')?.removeAttribute('aria-current');
  // A status region: screen readers say it when they are done with the choice itself.
  const line = find('[data-stock-line]');
  if (line) {
    line.textContent = stock;
    line.dataset.state = state;
  }
};

addEventListener('change', (event) => {
  const input = event.target;
  if (!input.matches?.('form[data-add] input[name="variant"]')) return;
  showChoice(input);
  const address = new URL(location.href);
  address.searchParams.set('variant', input.value);
  history.replaceState(history.state, '', address);
});

// Going back, browsers restore the ticked size without a `change`.
const restored = find('form[data-add] input[name="variant"]:checked');
if (restored) showChoice(restored);

/* ---- What was done, and the way back: said aloud, and gone after a while that stands still under hand or focus. ---- */

const toast = find('[data-toast]');
if (toast) {
  const text = find('p', toast);
  const words = text.textContent;
  text.textContent = '';
  setTimeout(() => { text.textContent = words; }, 100);
  let left = 8;
  const clock = setInterval(() => {
    if (toast.matches(':hover, :focus-within') || --left > 0) return;
    clearInterval(clock);
    toast.remove();
  }, 1000);
}

/* ---- A link into something folded opens it. ---- */

const unfold = () => {
  const fold = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  if (fold?.tagName === 'DETAILS') fold.open = true;
};
addEventListener('hashchange', unfold);
unfold();

/* ---- After a refusal, start reading at what has to be mended. ---- */

find('#mend')?.focus();
