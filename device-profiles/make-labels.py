#!/usr/bin/env python3
"""Writes labels.toml from a collection of UI texts.

    python3 device-profiles/make-labels.py FACTS/labels.json > device-profiles/labels.toml

labels.json: {"App:resource": {"language": ["text", ..] or {"community": ["text", ..]}}}. What it does not have is written
down below, each with where it is from.
"""

import json
import sys

# "App:" before a name says which app's resource it is; the account app's have none.
RENAME = {"FindDevice:app_name": "find_device_app_name"}

SOURCES = {
    "CloudService": "Xiaomi Cloud app, English official of MIUI 9 to HyperOS 3, other languages by a community",
    "Settings": "Settings app, MIUI 8 to HyperOS 3",
    "FindDevice": "Find Device app, MIUI 9 to HyperOS 3",
    "": "Xiaomi account app, MIUI 9 to HyperOS 3",
}

# Official English texts whose translations nobody has collected yet.
ENGLISH_ONLY = {
    "passport_error_server": ["Server error"],
    "passport_trust_device": ["Add this device to verified devices"],
    "wipe_data_dialog_title": ["Items aren't synced"],
    "wipe_secret_photo_dialog_title": ["Hidden photos aren't synced"],
    "retain_data_high_quality_photo_waring_title": ["High quality images won't be available"],
    "e2ee_exit_account_title": ["Signing out"],
    "e2ee_exit_account_subtitle": ["You're about to sign out of the last currently connected device%s"],
    "find_device_second_space": ["Find device is unavailable in Second space. You can use it in First space."],
}
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
    "micloud_wipe_data_retain": {
        "ar": ["احتفاظ", "الاحتفاظ"], "bg": ["Запазване"], "da": ["Behold"], "de": ["Behalten"], "el": ["Διατήρηση"], "fi": ["Säilytä"], "hi": ["रखें"],
        "hu": ["Megtartás"], "in": ["Simpan"], "ja": ["保持", "残す"], "ko": ["유지", "보관"], "nb": ["Behold"], "nl": ["Behouden"], "pl": ["Zachowaj"],
        "pt-rPT": ["Manter"], "ro": ["Păstrează", "Păstrați"], "sk": ["Ponechať"], "sv": ["Behåll"], "th": ["เก็บไว้"], "tr": ["Sakla", "Koru"],
        "uk": ["Залишити", "Зберегти"], "vi": ["Giữ lại", "Giữ"], "zh-rCN": ["保留"], "zh-rHK": ["保留"], "zh-rTW": ["保留"],
    },
    "micloud_wipe_data_remove": {
        "ar": ["إزالة"], "bg": ["Премахване"], "da": ["Fjern"], "de": ["Entfernen"], "el": ["Κατάργηση"], "fi": ["Poista"], "hi": ["हटाएं"],
        "hu": ["Eltávolítás"], "in": ["Hapus"], "ja": ["削除"], "ko": ["삭제", "제거"], "nb": ["Fjern"], "nl": ["Verwijderen"], "pl": ["Usuń"],
        "pt-rPT": ["Remover"], "ro": ["Elimină", "Eliminați"], "sk": ["Odstrániť"], "sv": ["Ta bort"], "th": ["ลบออก", "ลบ"], "tr": ["Kaldır"],
        "uk": ["Видалити"], "vi": ["Xóa", "Gỡ bỏ"], "zh-rCN": ["删除", "移除"], "zh-rHK": ["移除", "刪除"], "zh-rTW": ["移除", "刪除"],
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
    with open(sys.argv[1], encoding="utf-8") as facts:
        collected = json.load(facts)
    labels = {}
    for key, by_language in collected.items():
        app, _, resource = key.rpartition(":")
        label = labels.setdefault(RENAME.get(key, resource), {"source": SOURCES[app], "text": {}, "community": {}})
        for language, texts in by_language.items():
            if isinstance(texts, dict):
                label["community"][language] = texts["community"]
            else:
                label["text"][language] = texts
    for resource, texts in ENGLISH_ONLY.items():
        labels[resource] = {"source": ENGLISH_SOURCE, "text": {"en": texts}, "community": {}}
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
