// After a move to another passage the keyboard stands at its first tick: whoever works without a mouse goes on at once.
export default function (component) {
  const { data, parentElement } = component;
  const root = parentElement.ownerDocument;
  const view = root.defaultView;
  if (!data.moves || view.careatlasMoves === data.moves) return;
  view.careatlasMoves = data.moves;
  let tries = 0;
  let found = false;
  const focus = () => {
    const tick = root.querySelector(`.${CSS.escape(data.desk)} [data-testid="stForm"] input:not([disabled])`);
    // Once only, unless the tick was drawn anew and nothing has the keyboard: it may have been moved on by hand.
    if (tick && (!found || root.activeElement === root.body)) tick.focus();
    found = found || Boolean(tick);
    if (++tries < 100 && view.careatlasMoves === data.moves) view.setTimeout(focus, 50);
  };
  focus();
}
