// The whole picture of a page in one call: what is shown, what can be pressed, which kinds of fields there are.
// Of a field it says only whether it holds something: no value of any field ever leaves the page.
const shown = e => {
  if (!e.getClientRects().length) return false;
  const s = e.ownerDocument.defaultView.getComputedStyle(e);
  return s.visibility !== 'hidden' && s.display !== 'none' && s.opacity !== '0';
};
const cut = (t, n) => (t || '').replace(/\s+/g, ' ').trim().slice(0, n);
const classed = e => typeof e.className === 'string' ? e.className : '';
const out = { url: location.href, title: cut(document.title, 120), ready: document.readyState !== 'loading',
  text: '', controls: [], fields: [], ids: [], classes: [], frames: [] };
const classes = new Set();
// What a person sees of a box. Sites hide the box itself and draw another: its label (around it, or elsewhere by "for") takes the
// press then. Without a label the place around it tells that there is a box; only the person presses there.
const faceOf = e => {
  const own = e.closest('label');
  const near = e.parentElement && e.parentElement !== e.ownerDocument.body && (e.parentElement.innerText || '').length < 300 ? e.parentElement : null;
  return [e, own, ...(e.labels || []), near].find(f => f && shown(f)) || null;
};
const boxText = e => {
  const l = e.closest('label') || (e.labels && e.labels[0]) || e.parentElement;
  return cut(e.getAttribute('aria-label') || (l && l.innerText), 200);
};
const fieldKind = e => {
  const type = (e.getAttribute('type') || 'text').toLowerCase();
  const words = [e.name, e.id, e.autocomplete, e.placeholder, e.getAttribute('aria-label')].join(' ').toLowerCase();
  if (type === 'password') return 'password';
  if (/icode|captcha|图形|圖形/.test(words)) return 'captcha';
  if (/ticket|otp|one-time-code|verif|code|验证码|驗證碼/.test(words)) return 'code';
  if (/account|user|phone|email|帐号|账号|手机|邮箱/.test(words)) return 'account';
  return 'other';
};
const read = (doc, own) => {
  if (!doc || !doc.body) return;
  out.text += ' ' + (doc.body.innerText || '').slice(0, 20000);
  for (const e of doc.querySelectorAll('button, input[type=button], input[type=submit], a, [role=button]')) {
    if (out.controls.length >= 200) break;
    if (!shown(e)) continue;
    const text = cut(e.innerText || (e.tagName === 'INPUT' ? e.getAttribute('value') : '') || e.getAttribute('aria-label'), 80);
    if (!text && !e.id) continue;
    const off = e.disabled === true || e.getAttribute('aria-disabled') === 'true' || e.classList.contains('disabled');
    out.controls.push({ kind: 'button', text: text, id: e.id || '', enabled: !off, ticked: false, handle: own ? e : null });
  }
  for (const e of doc.querySelectorAll('input[type=checkbox], [role=checkbox], [role=switch], i.icon_select')) {
    const face = faceOf(e);
    if (!face) continue;
    const ticked = e.checked === true || e.getAttribute('aria-checked') === 'true'
      || (e.tagName === 'I' && !!e.closest('.now'));
    out.controls.push({ kind: 'box', text: boxText(e), id: e.id || '', enabled: e.disabled !== true, ticked: ticked, handle: own && (face === e || face === e.closest('label') || [...(e.labels || [])].includes(face)) ? face : null });
  }
  for (const e of doc.querySelectorAll('input, textarea')) {
    const type = (e.getAttribute('type') || 'text').toLowerCase();
    if (['hidden', 'checkbox', 'radio', 'button', 'submit', 'image', 'reset', 'file'].includes(type) || !shown(e)) continue;
    if (out.fields.length < 40) out.fields.push({ kind: fieldKind(e), filled: e.value.length > 0 });
  }
  let n = 0;
  for (const e of doc.querySelectorAll('[id], [class]')) {
    if (++n > 3000) break;
    if (!shown(e)) continue;
    if (e.id && out.ids.length < 300) out.ids.push(e.id);
    for (const c of classed(e).split(/\s+/)) if (c && classes.size < 500) classes.add(c);
  }
  for (const f of doc.querySelectorAll('iframe, frame')) {
    if (!shown(f) || out.frames.length >= 30) continue;
    let inner = null;
    try { inner = f.contentDocument; } catch (_) { inner = null; }
    let place = '';
    try { const u = new URL(f.src, location.href); place = u.host + u.pathname; } catch (_) { place = ''; }
    out.frames.push({ place: place, readable: !!inner });
    if (inner) read(inner, false);
  }
};
read(document, true);
out.classes = [...classes];
return out;
