//! The replica's pages: own HTML in the shape of both generations.

use super::replica::{CODE, ID, Knobs, PASSWORD};

/// The page around a body, with the script of the person in it. `draw()` draws the body; `person()` is what the person does.
fn page(k: Knobs, title: &str, body: &str, person: &str) -> String {
    let redraw = if k.redraw { "setTimeout(draw, 150);" } else { "" };
    format!(
        r#"<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title></head><body><div id="root"></div>
<template id="body">{body}</template>
<script>
const nap = ms => new Promise(r => setTimeout(r, ms));
const gate = async step => {{ while ((await (await fetch('/_test/gate/' + step)).text()) !== 'go') await nap(60); }};
const $ = s => document.querySelector(s);
const draw = () => {{ $('#root').replaceChildren($('#body').content.cloneNode(true)); }};
const post = (to, fields) => {{
  const f = document.createElement('form'); f.method = 'post'; f.action = to;
  for (const [n, v] of Object.entries(fields || {{}})) {{ const i = document.createElement('input'); i.type = 'hidden'; i.name = n; i.value = v; f.append(i); }}
  document.body.append(f); f.submit();
}};
draw(); {redraw}
(async () => {{ {person} }})();
</script></body></html>"#
    )
}

fn pick<'a>(k: Knobs, english: &'a str, chinese: &'a str) -> &'a str {
    if k.chinese || k.popups { chinese } else { english }
}

pub fn script_redirect(to: &str, k: Knobs) -> String {
    let wait = if k.slow { 800 } else { 0 };
    format!("<!DOCTYPE html><body><script>setTimeout(() => location.replace('{to}'), {wait})</script></body>")
}

/// After the code: the window of the verification closes, and the one that opened it goes on.
pub fn verified_redirect(to: &str, k: Knobs) -> String {
    if k.new_window {
        format!("<!DOCTYPE html><body><script>opener.location.href = '{to}'; window.close();</script></body>")
    } else if k.code_in_frame {
        format!("<!DOCTYPE html><body><script>parent.location.replace('{to}')</script></body>")
    } else {
        script_redirect(to, k)
    }
}

pub fn sign_in(k: Knobs, port: u16, wrong: bool) -> String {
    let frame = if k.captcha {
        format!(
            r#"<iframe id="cap" width="300" height="200" src="http://localhost:{port}/captcha/v2/page?k=1"></iframe>"#
        )
    } else {
        String::new()
    };
    let body = format!(
        r#"<h1>{}</h1><p>{}</p>{frame}<form method="post" action="/fe/service/login/password">
<input name="account" placeholder="Email/Phone/Account ID"><input name="password" type="password">
<label><input type="checkbox" id="agree">I have read and agreed</label><button id="go">{}</button></form>"#,
        pick(k, "Sign in to Mi Account", "登录小米帐号"),
        if wrong { "Incorrect password" } else { "" },
        pick(k, "Sign in", "登录"),
    );
    let solved = if k.captcha {
        "await new Promise(r => addEventListener('message', e => e.data === 'solved' && r())); $('#cap').remove();"
    } else {
        ""
    };
    let person = format!(
        "{solved} await gate('sign-in'); $('[name=account]').value = '{ID}'; $('[name=password]').value = '{PASSWORD}'; await nap(100);
if ($('[name=password]').value) $('#go').click(); else {{ $('[name=password]').value = '{PASSWORD}'; $('#go').click(); }}"
    );
    page(k, "Mi Account", &body, &person)
}

pub fn captcha(k: Knobs) -> String {
    let k = Knobs { redraw: false, ..k };
    page(k, "Captcha", "<p>Slide to solve</p>", "await gate('captcha'); parent.postMessage('solved', '*');")
}

pub fn caution(k: Knobs) -> String {
    let start = if k.new_window {
        "window.open('/fe/service/identity/authStart?sid=1&context=abc'); $('#root').innerHTML = '<p>Verify in the other window</p>'"
    } else {
        "post('/pass/del/start')"
    };
    let (label, hidden, end) = if k.hidden_box { ("", "hidden", "<label for=\"yes\">") } else { ("<label>", "", "") };
    let body = format!(
        r#"<h2>{}</h2><ul><li>{}</li><li>Mi Coins</li></ul>
{label}<input type="checkbox" id="yes" {hidden} onchange="document.querySelector('#del').disabled = !this.checked">{end}{}</label>
<button id="del" disabled onclick="{start}">{}</button><button onclick="location.href='/pass/auth/security/home'">{}</button>"#,
        pick(k, &format!("You are deleting Mi Account {ID}"), &format!("您申请注销小米帐号 {ID}")),
        pick(k, "Cloud data will be cleared once the account has been deleted", "云端数据将被清空"),
        pick(k, "Yes, I understand and accept the losses", "我了解并接受注销可能带来的损失"),
        pick(k, "Delete Mi Account", "注销帐号"),
        pick(k, "Cancel", "取消"),
    );
    page(k, "Delete account", &body, "")
}

/// A page that no description knows, with one thing to press.
pub fn unknown(next: &str, k: Knobs) -> String {
    let body = format!(
        r#"<h2>Usunąć na zawsze?</h2><p>Tego nie można cofnąć</p><a id="on" onclick="post('{next}')">Dalej</a>"#
    );
    page(k, "Konto", &body, if next.is_empty() { "" } else { "await gate('final'); $('#on').click();" })
}

pub fn refused(k: Knobs) -> String {
    let body = format!(
        "<h2>{}</h2><ul><li>{}</li><li>{}</li></ul><button>OK</button>",
        pick(k, "Your account can't be deleted now", "暂时无法注销"),
        pick(k, "Find Device is on for a phone", "查找设备未关闭"),
        pick(k, "Devices are bound in Mi Home", "米家设备未解绑"),
    );
    page(k, "Delete account", &body, "")
}

const TYPE_CODE: &str = "await gate('verify'); $('#send').click(); await nap(80);";

fn code_fields(k: Knobs) -> String {
    format!(
        r#"<p>{}</p><button id="send" onclick="document.querySelector('#code').hidden = false">{}</button>
<form id="code" hidden method="post" action="/fe/service/identity/verify"><input name="ticket" placeholder="{}"><button id="next">{}</button></form>"#,
        pick(k, "A code goes to +62 8*******89", "验证码将发送至 138****5678"),
        pick(k, "Send", "发送"),
        pick(k, "Code", "验证码"),
        pick(k, "Next", "下一步"),
    )
}

pub fn code_form(k: Knobs) -> String {
    let person = format!("{TYPE_CODE} $('[name=ticket]').value = '{CODE}'; $('#next').click();");
    page(Knobs { redraw: false, ..k }, "Code", &code_fields(k), &person)
}

pub fn verify(k: Knobs) -> String {
    if k.code_in_frame {
        // Drawn twice, it would load the frame twice, with a person in each.
        let k = Knobs { redraw: false, ..k };
        return page(k, "Verify", r#"<iframe width="400" height="200" src="/fe/service/identity/frame"></iframe>"#, "");
    }
    let person = format!("{TYPE_CODE} $('[name=ticket]').value = '{CODE}'; $('#next').click();");
    page(k, "Verify", &code_fields(k), &person)
}

pub fn too_frequent(k: Knobs) -> String {
    page(k, "Verify", pick(k, "<p>Too many attempts. Try again later.</p>", "<p>您的操作频率过快</p>"), "")
}

pub fn last_question(k: Knobs) -> String {
    let body = format!(
        r#"<h2>{}</h2><p>{}</p><button id="del" onclick="this.disabled = true; post('/pass/del/final')">{}</button>
<button id="cancel" onclick="location.href='/pass/auth/security/home'">{}</button>"#,
        pick(k, &format!("Mi Account {ID} will be deleted for good"), &format!("小米帐号 {ID} 将被注销")),
        pick(k, "Sign out of all devices first", "请确保所有设备已退出"),
        pick(k, "Delete Mi Account", "注销帐号"),
        pick(k, "Cancel", "取消"),
    );
    page(k, "Delete account", &body, &last_press(k))
}

fn last_press(k: Knobs) -> String {
    format!("await gate('final'); $('{}').click();", if k.cancels { "#cancel" } else { "#del" })
}

pub fn done(k: Knobs) -> String {
    page(k, "Done", pick(k, "<p>Your Mi Account has been deleted.</p>", "<p>帐号已注销</p>"), "")
}

pub fn home(k: Knobs) -> String {
    page(k, "Mi Account", &format!("<h1>{} {ID}</h1><a href='#'>Security</a>", pick(k, "Mi Account", "小米帐号")), "")
}

/// The account page of the older generation: all pop-ups are in it, one is shown. The box is no input, the buttons are links.
pub fn popup(k: Knobs, query: &str) -> String {
    let shown = query.split('=').nth(1).unwrap_or_default();
    let display = |name: &str| if name == shown { "block" } else { "none" };
    let (allow, deny) = if k.refuse { ("none", "block") } else { ("block", "none") };
    let body = format!(
        r#"<style>a.btn_tip {{ display: inline-block; padding: 4px }} i.icon_select {{ display: inline-block; width: 12px; height: 12px }}</style>
<h1>小米帐号</h1><a href="/help">修改密码</a>
<div id="popSuicideWarning" style="display:{warning}"><h4>您申请删除小米帐号 {ID}</h4>
 <div class="del-account-deny" style="display:{deny}"><ul><li class="del-account-deny-micloudfind">查找手机</li><li class="del-account-deny-xiaomiio">智能设备</li></ul></div>
 <div class="del-account-allow" style="display:{allow}"><ul class="num_list"><li>云端数据</li></ul>
  <div class="twostep_trustinfo"><label onclick="const w = this.parentElement; w.classList.toggle('now'); document.querySelector('#start').classList.toggle('disabled', !w.classList.contains('now'))"><i class="icon_select"></i>我了解并接受删除可能带来的损失</label></div>
  <a class="btn_tip btn_commom disabled" id="start" onclick="if (!this.classList.contains('disabled')) post('/pass/del/start')">开始删除</a>
  <a class="btn_tip btn_back" href="/pass/auth/security/home">取消</a></div></div>
<div id="popSuicidePrompt" style="display:{prompt}"><p>请确保小米帐号 {ID} 在所有设备上退出</p><ul class="online-devices"><li>Redmi Note 10</li></ul>
  <a class="btn_tip btn_commom" id="del" onclick="post('/pass/del/final')">继续删除</a><a class="btn_tip btn_back" id="cancel" href="/pass/auth/security/home">取消</a></div>
<div id="popSuicideSuccess" style="display:{success}"><p>您已成功删除帐号，10 秒后将自动退出</p></div>"#,
        warning = display("warning"),
        prompt = display("prompt"),
        success = display("success"),
    );
    let person = if shown == "prompt" { last_press(k) } else { String::new() };
    page(k, "小米帐号", &body, &person)
}
