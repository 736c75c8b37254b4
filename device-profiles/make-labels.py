#!/usr/bin/env python3
"""Writes labels.toml from a collection of UI texts.

    python3 device-profiles/make-labels.py FACTS/labels.json [MORE.json ..] > device-profiles/labels.toml

Each file: {"App:resource": {"language": ["text", ..] or {"community": ["text", ..]}}}. Texts of a later file follow those of an
earlier one; an official text of any file takes the place of a community's. What no file has is written down below, each with
where it is from.
"""

import json
import re
import sys

# A text of placeholders alone would fit anything.
ANYTHING = re.compile(r"(\s|%(\d+\$)?[sd])*")

# "App:" before a name says which app's resource it is; the account app's have none.
RENAME = {"FindDevice:app_name": "find_device_app_name"}

SOURCES = {
    "CloudService": "Xiaomi Cloud app 9.0 of the China and Global ROMs of MIUI 10, and English of MIUI 9 to HyperOS 3",
    "Settings": "Settings app, MIUI 8 to HyperOS 3",
    "FindDevice": "Find Device app, MIUI 9 to HyperOS 3",
    "": "Xiaomi account app, MIUI 9 to HyperOS 3",
}

# Official English texts whose translations nobody has collected yet.
ENGLISH_ONLY = {
    "retain_data_high_quality_photo_waring_title": ["High quality images won't be available"],
    "e2ee_exit_account_title": ["Signing out"],
    "e2ee_exit_account_subtitle": ["You're about to sign out of the last currently connected device%s"],
    "find_device_second_space": ["Find device is unavailable in Second space. You can use it in First space."],
}
# The same with the Chinese text, of the ROMs of MIUI 10.
ENGLISH_AND_CHINESE = {
    "passport_error_server": (["Server error"], ["服务器出错"]),
    "passport_trust_device": (["Add this device to verified devices"], ["将此设备添加至信任设备列表"]),
}
CHINESE_SOURCE = "Xiaomi account app, English of MIUI 9 to HyperOS 3, Chinese of MIUI 10"
ENGLISH_SOURCE = "Xiaomi account and cloud apps, English texts only, MIUI 9 to HyperOS 3"

# android:string/ok and android:string/cancel, written down from general knowledge of Android's own translations.
OK = {
    "ar": ["حسنًا", "موافق"], "as-rIN": ["ঠিক আছে"], "az-rAZ": ["OK", "Tamam"], "be": ["OK", "ОК"], "bg": ["OK", "ОК"],
    "bn-rBD": ["ঠিক আছে"], "bn-rIN": ["ঠিক আছে"], "bo-rCN": ["གཏན་འཁེལ", "ཆོག"], "bs": ["Uredu", "U redu", "OK"], "ca": ["D'acord", "Accepta"],
    "cs": ["OK"], "da": ["OK"], "de": ["OK", "Ok"], "el": ["OK", "ΟΚ"], "en": ["OK"], "es": ["Aceptar"], "es-rUS": ["Aceptar"],
    "et-rEE": ["OK"], "eu-rES": ["Ados"], "fa-rIR": ["تأیید", "تأیید کردن", "خوب"], "fi": ["OK"], "fr": ["OK"], "gl-rES": ["Aceptar"],
    "gu-rIN": ["ઓકે", "ઑકે", "બરાબર"], "ha-rNG": ["Ya yi", "To", "OK"], "hi": ["ठीक है", "ठीक"], "hr": ["U redu"], "hu": ["OK"], "hy-rAM": ["Լավ", "Եղավ"],
    "in": ["Oke", "OKE", "OK"], "it": ["OK", "Ok"], "iw-rIL": ["אישור"], "ja": ["OK"], "ka-rGE": ["კარგი", "OK"], "kk-rKZ": ["Жарайды", "Иә", "ОК"],
    "km-rKH": ["យល់ព្រម", "OK"], "kn-rIN": ["ಸರಿ"], "ko": ["확인"], "lo-rLA": ["ຕົກລົງ"], "lt": ["Gerai"], "lv": ["Labi"],
    "mk-rMK": ["Во ред"], "ml-rIN": ["ശരി"], "mr-rIN": ["ठीक आहे", "ओके"], "ms-rMY": ["OK"], "mt-rMT": ["OK"], "my-rMM": ["အိုကေ", "ကောင်းပြီ"],
    "nb": ["OK"], "ne-rIN": ["ठीक छ"], "ne-rNP": ["ठिक छ", "ठीक छ"], "nl": ["OK"], "or-rIN": ["ଠିକ୍ ଅଛି", "ଠିକ୍‌ ଅଛି"], "pa-rIN": ["ਠੀਕ ਹੈ", "ਠੀਕ"],
    "pl": ["OK"], "pt-rBR": ["OK", "Ok"], "pt-rPT": ["OK"], "ro": ["OK"], "ru": ["ОК", "OK"], "sk": ["OK"], "sl": ["V redu"],
    "sq-rAL": ["Në rregull", "OK"], "sr": ["Потврди", "У реду"], "sv": ["OK"], "sw": ["Sawa"], "ta-rIN": ["சரி"], "te-rIN": ["సరే"],
    "th": ["ตกลง"], "tl": ["OK"], "tr": ["Tamam"], "ug-rCN": ["ماقۇل", "جەزملە"], "uk": ["OK", "ОК"], "ur-rIN": ["ٹھیک ہے"], "ur-rPK": ["ٹھیک ہے"],
    "uz-rUZ": ["OK"], "vi": ["OK", "Ok"], "zh-rCN": ["确定", "确认"], "zh-rHK": ["確定"], "zh-rTW": ["確定"],
}
CANCEL = {
    "ar": ["إلغاء"], "as-rIN": ["বাতিল কৰক"], "az-rAZ": ["Ləğv edin", "Ləğv et"], "be": ["Скасаваць"], "bg": ["Отказ"], "bn-rBD": ["বাতিল করুন", "বাতিল"],
    "bn-rIN": ["বাতিল করুন", "বাতিল"], "bo-rCN": ["འདོར་བ", "མེད་པར་བཟོ"], "bs": ["Otkaži"], "ca": ["Cancel·la"], "cs": ["Zrušit"], "da": ["Annuller", "Annullér"],
    "de": ["Abbrechen"], "el": ["Ακύρωση", "Άκυρο"], "en": ["Cancel"], "es": ["Cancelar"], "es-rUS": ["Cancelar"], "et-rEE": ["Tühista", "Loobu"],
    "eu-rES": ["Utzi"], "fa-rIR": ["لغو"], "fi": ["Peruuta", "Peru"], "fr": ["Annuler"], "gl-rES": ["Cancelar"], "gu-rIN": ["રદ કરો"], "ha-rNG": ["Soke"],
    "hi": ["रद्द करें", "अभी नहीं"], "hr": ["Odustani", "Otkaži"], "hu": ["Mégse"], "hy-rAM": ["Չեղարկել"], "in": ["Batal"], "it": ["Annulla"],
    "iw-rIL": ["ביטול"], "ja": ["キャンセル"], "ka-rGE": ["გაუქმება"], "kk-rKZ": ["Бас тарту", "Болдырмау"], "km-rKH": ["បោះបង់"],
    "kn-rIN": ["ರದ್ದುಮಾಡಿ", "ರದ್ದು ಮಾಡಿ"], "ko": ["취소"], "lo-rLA": ["ຍົກເລີກ"], "lt": ["Atšaukti"], "lv": ["Atcelt"], "mk-rMK": ["Откажи"],
    "ml-rIN": ["റദ്ദാക്കുക", "റദ്ദാക്കൂ"], "mr-rIN": ["रद्द करा"], "ms-rMY": ["Batal"], "mt-rMT": ["Ikkanċella"], "my-rMM": ["မလုပ်တော့", "ပယ်ဖျက်ရန်", "ပယ်ဖျက်"],
    "nb": ["Avbryt"], "ne-rIN": ["रद्द गर्नुहोस्"], "ne-rNP": ["रद्द गर्नुहोस्"], "nl": ["Annuleren"], "or-rIN": ["ବାତିଲ୍ କରନ୍ତୁ", "ବାତିଲ୍‌ କରନ୍ତୁ"],
    "pa-rIN": ["ਰੱਦ ਕਰੋ"], "pl": ["Anuluj"], "pt-rBR": ["Cancelar"], "pt-rPT": ["Cancelar"], "ro": ["Anulați", "Anulează"], "ru": ["Отмена"], "sk": ["Zrušiť"],
    "sl": ["Prekliči"], "sq-rAL": ["Anulo"], "sr": ["Откажи"], "sv": ["Avbryt"], "sw": ["Ghairi"], "ta-rIN": ["ரத்துசெய்", "ரத்து செய்"],
    "te-rIN": ["రద్దు చేయండి", "రద్దు చేయి"], "th": ["ยกเลิก"], "tl": ["Kanselahin"], "tr": ["İptal"], "ug-rCN": ["بىكار قىلىش", "ئەمەلدىن قالدۇر"],
    "uk": ["Скасувати"], "ur-rIN": ["منسوخ کریں"], "ur-rPK": ["منسوخ کریں"], "uz-rUZ": ["Bekor qilish"], "vi": ["Hủy", "Huỷ"], "zh-rCN": ["取消"],
    "zh-rHK": ["取消"], "zh-rTW": ["取消"],
}
FRAMEWORK = "Android framework, written down from general knowledge"

# Translations that are nobody's official text: they only count beside a structural match.
GUESSES = {
    # The account app's offer to update itself: only known from one Chinese screen, where 以后再说 stood before 立即升级.
    "app_update_later": {
        "ar": ["لاحقًا", "ليس الآن", "ذكرني لاحقًا"], "de": ["Später", "Nicht jetzt", "Später erinnern"],
        "en": ["Later", "Not now", "Maybe later", "Remind me later", "Update later", "Upgrade later", "No thanks", "No, thanks", "Skip"],
        "es": ["Más tarde", "Ahora no", "Recordar más tarde"], "fr": ["Plus tard", "Pas maintenant", "Me le rappeler plus tard"],
        "hi": ["बाद में"], "in": ["Nanti", "Lain kali", "Nanti saja", "Jangan sekarang"], "it": ["Più tardi", "Non ora", "Non adesso"],
        "ja": ["後で", "あとで", "今はしない"], "ko": ["나중에", "다음에"], "ms-rMY": ["Kemudian", "Bukan sekarang"], "nl": ["Later", "Niet nu"],
        "pl": ["Później", "Nie teraz"], "pt-rBR": ["Mais tarde", "Agora não", "Depois"], "pt-rPT": ["Mais tarde", "Agora não"], "ro": ["Mai târziu", "Nu acum"],
        "ru": ["Позже", "Не сейчас", "Напомнить позже"], "th": ["ภายหลัง", "ไว้ทีหลัง", "ไม่ใช่ตอนนี้"], "tr": ["Daha sonra", "Sonra", "Şimdi değil"],
        "uk": ["Пізніше", "Не зараз"], "vi": ["Để sau", "Lúc khác", "Không phải bây giờ"],
        "zh-rCN": ["以后再说", "稍后再说", "下次再说", "稍后", "以后", "暂不升级", "暂不更新", "稍后升级", "稍后更新", "以后升级", "以后更新", "暂不"],
        "zh-rHK": ["以後再說", "稍後再說", "稍後", "暫不升級", "暫不更新"], "zh-rTW": ["以後再說", "稍後再說", "稍後", "下次再說", "暫不升級", "暫不更新"],
    },
    "app_update_now": {
        "ar": ["تحديث الآن", "تحديث", "الترقية الآن"], "de": ["Jetzt aktualisieren", "Aktualisieren", "Jetzt updaten", "Update"],
        "en": ["Upgrade now", "Update now", "Upgrade", "Update", "Install now", "Download now"],
        "es": ["Actualizar ahora", "Actualizar"], "fr": ["Mettre à jour maintenant", "Mettre à jour"], "hi": ["अभी अपडेट करें", "अपडेट करें", "अपग्रेड करें"],
        "in": ["Perbarui sekarang", "Perbarui", "Tingkatkan sekarang"], "it": ["Aggiorna ora", "Aggiorna"], "ja": ["今すぐ更新", "更新", "今すぐアップデート", "アップデート"],
        "ko": ["지금 업데이트", "업데이트"], "ms-rMY": ["Kemas kini sekarang", "Kemas kini"], "nl": ["Nu bijwerken", "Bijwerken", "Nu updaten"],
        "pl": ["Aktualizuj teraz", "Aktualizuj", "Zaktualizuj"], "pt-rBR": ["Atualizar agora", "Atualizar"], "pt-rPT": ["Atualizar agora", "Atualizar"],
        "ro": ["Actualizează acum", "Actualizați acum", "Actualizează"], "ru": ["Обновить сейчас", "Обновить"], "th": ["อัปเดตเลย", "อัปเดตตอนนี้", "อัปเดต"],
        "tr": ["Şimdi güncelle", "Güncelle"], "uk": ["Оновити зараз", "Оновити"], "vi": ["Cập nhật ngay", "Cập nhật", "Nâng cấp ngay"],
        "zh-rCN": ["立即升级", "立即更新", "马上升级", "马上更新", "现在升级", "现在更新", "升级", "更新"], "zh-rHK": ["立即升級", "立即更新", "升級", "更新"],
        "zh-rTW": ["立即升級", "立即更新", "升級", "更新"],
    },
    "web_confirm": {
        "ar": ["تأكيد", "التالي"], "de": ["Bestätigen", "Weiter"], "en": ["Confirm", "Next", "Continue", "Submit"], "es": ["Confirmar", "Siguiente"],
        "fr": ["Confirmer", "Suivant"], "hi": ["पुष्टि करें", "अगला"], "in": ["Konfirmasi", "Berikutnya"], "it": ["Conferma", "Avanti"],
        "pl": ["Potwierdź", "Dalej"], "pt-rBR": ["Confirmar", "Avançar"], "ru": ["Подтвердить", "Далее"], "th": ["ยืนยัน", "ถัดไป"],
        "tr": ["Onayla", "İleri"], "uk": ["Підтвердити", "Далі"], "vi": ["Xác nhận", "Tiếp"], "zh-rCN": ["确认", "下一步"], "zh-rHK": ["確認", "下一步"],
        "zh-rTW": ["確認", "下一步"],
    },
    "settings_accounts_heading": {
        "ar": ["الحسابات"], "de": ["Konten"], "en": ["Accounts", "Account"], "es": ["Cuentas"], "fr": ["Comptes"], "hi": ["खाते"], "in": ["Akun"],
        "it": ["Account"], "pt-rBR": ["Contas"], "ru": ["Аккаунты", "Учётные записи"], "tr": ["Hesaplar"], "vi": ["Tài khoản"],
        "zh-rCN": ["帐号", "账号"], "zh-rTW": ["帳號"],
    },
    "settings_search": {
        "ar": ["البحث في الإعدادات"], "de": ["Einstellungen durchsuchen"], "en": ["Search settings", "Search", "Search for settings"],
        "es": ["Buscar ajustes"], "fr": ["Rechercher des paramètres"], "hi": ["सेटिंग खोजें"], "in": ["Cari setelan"], "it": ["Cerca impostazioni"],
        "ru": ["Поиск настроек", "Поиск"], "tr": ["Ayarları ara"], "vi": ["Tìm kiếm cài đặt"], "zh-rCN": ["搜索系统设置项", "搜索设置项", "搜索"],
        "zh-rTW": ["搜尋設定"],
    },
}
GUESS_SOURCE = "guesses: no official text is known"


def quoted(text):
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def table(label, kind, by_language):
    if not by_language:
        return
    print(f"[label.{label}.{kind}]")
    for language in sorted(by_language):
        print(f"{language} = [{', '.join(quoted(t) for t in by_language[language])}]")


def main():
    labels = {}
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8") as facts:
            collected = json.load(facts)
        for key, by_language in collected.items():
            app, _, resource = key.rpartition(":")
            label = labels.setdefault(RENAME.get(key, resource), {"source": SOURCES[app], "text": {}, "community": {}})
            for language, texts in by_language.items():
                if isinstance(texts, dict):
                    label["community"][language] = texts["community"]
                else:
                    known = label["text"].setdefault(language, [])
                    known.extend(t for t in texts if t not in known and not ANYTHING.fullmatch(t))
    for label in labels.values():
        for language in label["text"]:
            label["community"].pop(language, None)
    for resource, texts in ENGLISH_ONLY.items():
        labels[resource] = {"source": ENGLISH_SOURCE, "text": {"en": texts}, "community": {}}
    for resource, (english, chinese) in ENGLISH_AND_CHINESE.items():
        labels[resource] = {"source": CHINESE_SOURCE, "text": {"en": english, "zh-rCN": chinese}, "community": {}}
    labels["ok"] = {"source": FRAMEWORK, "text": OK, "community": {}}
    labels["cancel"] = {"source": FRAMEWORK, "text": CANCEL, "community": {}}
    for resource, by_language in GUESSES.items():
        label = labels.setdefault(resource, {"source": GUESS_SOURCE, "text": {}, "community": {}})
        for language, texts in by_language.items():
            label["community"].setdefault(language, texts)

    print("# Texts of user interface resources by Android's language qualifier, all generations, newest first.")
    print("# Made by make-labels.py; edit that, or add your own texts to a profile with `text = [..]`.")
    print("schema = 1")
    for name in sorted(labels):
        print(f"\n[label.{name}]\nsource = {quoted(labels[name]['source'])}")
        table(name, "text", labels[name]["text"])
        table(name, "community", labels[name]["community"])


main()
