for (const heading of document.querySelectorAll('.list th')) {
  heading.tabIndex = 0;
  heading.title = heading.closest('table').dataset.sort;
  const sort = () => {
    const rows = heading.closest('table').tBodies[0];
    const up = heading.getAttribute('aria-sort') !== 'ascending';
    for (const other of heading.parentNode.cells) other.removeAttribute('aria-sort');
    heading.setAttribute('aria-sort', up ? 'ascending' : 'descending');
    const text = row => row.cells[heading.cellIndex].textContent;
    const order = (a, b) => (up ? 1 : -1) * text(a).localeCompare(text(b), document.documentElement.lang, { numeric: true });
    rows.append(...[...rows.rows].sort(order));
  };
  heading.onclick = sort;
  heading.onkeydown = event => { if (event.key === 'Enter') sort(); };
}
