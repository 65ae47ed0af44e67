// What the search box proposes while one types: a combobox as ARIA 1.2 has it. Without this file it is a plain form.

const box = document.querySelector('#q');
const { form } = box;

const make = (tag, attributes, text = '') => {
  const it = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) it.setAttribute(name, value);
  it.textContent = text;
  return it;
};

const list = make('ul', { id: 'found', class: 'found', role: 'listbox', 'aria-label': 'Suggestions', hidden: '' });
const said = make('p', { class: 'vh', role: 'status' });
form.append(list, said);
const state = { role: 'combobox', 'aria-autocomplete': 'list', 'aria-controls': 'found', 'aria-expanded': 'false' };
for (const [name, value] of Object.entries(state)) box.setAttribute(name, value);

let at = -1;
let latest = 0;
let wait;

const point = (to) => {
  at = to;
  box.removeAttribute('aria-activedescendant');
  [...list.children].forEach((it, place) => {
    it.setAttribute('aria-selected', place === to);
    if (place !== to) return;
    box.setAttribute('aria-activedescendant', it.id);
    it.scrollIntoView({ block: 'nearest' });
  });
};

const show = (open) => {
  list.hidden = !open;
  box.setAttribute('aria-expanded', open);
  point(-1);
};

const fill = ({ words, products, collections }) => {
  const found = [
    ...words.map(({ text }) => [`${form.action}?q=${encodeURIComponent(text)}`, text, 'Search']),
    ...products.map(({ url, title, number, price }) => [url, title, number ? `NMX ${number}, ${price}` : price]),
    ...collections.map(({ url, title }) => [url, title, 'Collection']),
  ];
  list.replaceChildren(...found.map(([url, text, more], place) => {
    const it = make('li', { id: `found-${place}`, role: 'option', 'data-url': url });
    it.append(make('span', {}, text), ' ', make('span', { class: 'num' }, more));
    return it;
  }));
  said.textContent = found.length === 1 ? '1 suggestion.' : `${found.length || 'No'} suggestions.`;
  show(found.length > 0);
};

const ask = async () => {
  latest += 1;
  const mine = latest;
  const text = box.value.trim();
  if (text.length < 2) {
    show(false);
    return;
  }
  try {
    const answer = await fetch(`/search/suggest?q=${encodeURIComponent(text)}`);
    // Only the answer to what stands in the box now, and only while somebody is in it.
    if (answer.ok && mine === latest && document.activeElement === box) fill(await answer.json());
  } catch {
    show(false); // the form still searches
  }
};

box.addEventListener('input', () => {
  clearTimeout(wait);
  wait = setTimeout(ask, 150);
});

box.addEventListener('keydown', (event) => {
  const count = list.children.length;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && count) {
    if (list.hidden) show(true);
    point(((at + 1 + step + count + 1) % (count + 1)) - 1); // through the box itself, and round
  } else if (event.key === 'Escape' && !list.hidden) {
    show(false);
  } else if (event.key === 'Enter' && at >= 0) {
    location.assign(list.children[at].dataset.url);
  } else {
    return;
  }
  event.preventDefault();
});

box.addEventListener('blur', () => show(false));
list.addEventListener('mousedown', (event) => event.preventDefault()); // the box keeps the focus
list.addEventListener('click', ({ target }) => location.assign(target.closest('li').dataset.url));
form.parentElement.querySelector('summary').addEventListener('click', () => setTimeout(() => box.focus()));
