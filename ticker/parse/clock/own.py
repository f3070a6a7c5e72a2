"""Words of printed times that CLDR has not: what stands about a clock, and what newsrooms write otherwise.

As they are written; `words` spells them. In a table of phrases "|" parts them; in one of words it parts languages.
"""

# Words before a clock: prepositions, "o'clock".
AT = (
    "at by|um ab gegen|à a às as ás|alle ore ora|om|kl klo klokken klokka klukkan|в у о|об u ob v ve o godz "
    "godzina saat|pukul pkl jam|lúc vào hồi|ώρα ωρα στις|בשעה ב ה|الساعة ساعت في عند|ساعة|بجے|को बजे पर|เวลา|"
    "kell|plkst|val|ժամը|საათზე|የ|에|に|於|于|t"
)

# Words between the parts of a date and around it: articles, "of", the year's "г." and "р.", "and". None of these is a
# preposition of a clock, or two languages would differ: "do 14:05" is a Thursday in Dutch, "di 14:05" a Tuesday.
BETWEEN = (
    "on the of and und et y и та і و|am den der im von|ao os em de do da del la las el lo los les le du dans d "
    "di i|op|på|на г года р року dnia dne|günü tarihinde|pada tanggal tgl|ngày|την στο|יום|يوم بتاريخ|مورخ "
    "تاریخ روز|เมื่อ วัน ที่ คศ พศ|m|թ|gada|ж жыл жылы"
)

ORDINAL = "st nd rd th er ère ste ter º ª e a го ого й tą"  # behind the number of a day: 1st, 1er, 1-го
HOUR = "h uhr uur 時 时 点 點 시 น นาฬิกา giờ"  # between hours and minutes, or after an hour
AFTER_MINUTES = "hs hrs hours hod ч год godz st klst"
MINUTE, SECOND = "分 분 min мин phút", "秒 초 sec s"
YEAR, MONTH, DAY = "年 년", "月 월", "日 일 号 號"
MONTH_BEFORE = "tháng thg th"  # Vietnamese counts its months

# Zones say nothing here: the clock is that of the page. Abbreviations, and phrases.
ZONES = (
    "gmt utc z cet cest mez mesz eet eest wet west bst ist msk мск sast wat eat cat trt irst ast gst pkt npt "
    "bdt ict wib wita wit sgt hkt myt pht jst kst aest aedt acst awst nzst nzdt est edt et cst cdt ct mst mdt "
    "pst pdt pt brt art clt غرينتش"
)
ZONE_PHRASES = (
    "local time|time|ortszeit|heure locale|heure de paris|hora local|ora locale|по москве|по киеву|по мск|по "
    "московскому времени|بالتوقيت المحلي|توقيت غرينتش|بتوقيت غرينتش|به وقت تهران|北京时间|日本時間"
)

# What stands before the time of an edit, or says no more than that a time follows. Phrases.
LABELS = (
    "updated|last updated|update|last update|published|posted|first published|issued|modified|submitted|date|"
    "data|fecha|datum|tarih|дата|التاريخ|تاریخ|laatste update|publié|publié le|publié à|mis à jour|mis à jour "
    "le|mis à jour à|mis en ligne|mis en ligne le|édition du|aktualisiert|veröffentlicht|stand|erstellt|"
    "actualizado|publicado|publicado el|aggiornato|pubblicato|atualizado|publicado em|обновлено|опубликовано|"
    "оновлено|опубліковано|güncelleme|son güncelleme|giriş|yayınlanma|uppdaterad|publicerad|opdateret|"
    "publiceret|oppdatert|publisert|julkaistu|päivitetty|bijgewerkt|gepubliceerd|geplaatst|نشر|نشر في|تم النشر|"
    "تاريخ النشر|آخر تحديث|تحديث|انتشار|به روز رسانی|更新|发布|發布|發佈|公開|掲載|배포|입력|수정|등록|승인|"
    "diperbarui|terbit|diterbitkan|đăng|cập nhật|עודכן|פורסם|aktualizováno|aktualizované|zaktualizowano|"
    "opublikowano|actualizat|publicat|frissítve|ažurirano|objavljeno|ενημέρωση|δημοσίευση"
)

# Halves of the day in the spellings that CLDR has not: its Arabic, Persian, Turkish and Greek abbreviate otherwise.
AM = "صباحا|ق ظ|قبل از ظهر|öö|πμ|sáng|am"
PM = "عصرا|ظهرا|مساء|مساءا|ب ظ|بعد از ظهر|بعدازظهر|ös|μμ|chiều|午後|pm"

# Days: CLDR has one word for each in a language.
DAYS = {
    0: "dziś",
    1: "вчора|البارحة|مبارح|دیشب",
    2: "the day before yesterday|day before yesterday|قبل أمس|أول البارحة",
}

# Months of the Persian calendar, in order, and of the Islamic one: babel has the Gregorian calendar only.
JALALI = "فروردین|اردیبهشت|خرداد|تیر|مرداد|شهریور|مهر|آبان|آذر|دی|بهمن|اسفند"
HIJRI = "محرم|صفر|ربيع الأول|ربيع الآخر|ربيع الثاني|جمادى الأولى|جمادى الآخرة|رجب|شعبان|رمضان|شوال|ذو القعدة|ذو الحجة"

ABOUT = (
    "about almost nearly around over circa ca approx etwa rund environ cerca cerca de aproximadamente около "
    "примерно почти|حوالي|نحو|تقريبا|حدود|yaklaşık|ongeveer|sekitar|khoảng|約|约|大约|약|noin|omkring|około|"
    "asi|περίπου|kb|cca"
)

# Numbers in words: babel has none.
ONE = (
    "a an one|une un una uno|ein eine einer einem einen|en ett et één een|um uma|один одна одну одна|един една "
    "едно|jeden jedna jednu jedną jedne|bir|egy|yksi|ένα μία μια|o un|satu|një|viena vienas vieną|üks ühe|واحد "
    "واحدة|יک یک|एक|一"
)
TWO = "two|deux|zwei|dos|due|dois duas|два две дві|kaksi|två|to|twee|δύο|dwa dwie|dvě dva|iki|dua|两|二"

# Frames of "5 minutes ago" beside the one that CLDR has in each language, and the one of CLDR whose units they share.
FRAMES = {
    "منذ#": "قبل#",
    "من#": "قبل#",
    "#مضت": "قبل#",
    "منذ#مضت": "قبل#",
    "#قبل": "#پيش",
    "#atras": "ha#",
    "ha#atras": "ha#",
    "faz#": "ha#",
    "hace#atras": "hace#",
    "#sedan": "for#sedan",
    "for#sen": "for#sedan",
    "#sen": "for#sedan",
    "#siden": "for#siden",
    "#sidan": "for#sidan",
    "πριν#": "πριν απο#",
    "#πριν απο": "πριν απο#",
    "#tagasi": "#eest",
    "#nazad": "pre#",
    "cach day#": "#truoc",
    "#ก่อน": "#ที่แล้ว",
    "#ที่ผ่านมา": "#ที่แล้ว",
    "#之前": "#前",
    "#以前": "#前",
    "#ほど前": "#前",
    "#पूर्व": "#पहले",
    "#पूर्वी": "#पहले",
    "#अघि": "#पहले",
    "#আগে": "#পূৰ্বে",
    "#পূর্বে": "#পূৰ্বে",
    "#पहिले": "#पहले",
    "#zilizopita": "#",
    "#iliyopita": "#",
    "#geri": "#once",
    "#evvel": "#once",
    "d'fa#": "fa#",
    "acum#in urma": "acum#",
    "#in urma": "acum#",
    "#earlier": "#ago",
}
NOT_FRAMES = frozenset(("for#", "#on"))  # Norwegian, Turkmen; "for 5 minutes" and "five days on" are English

# Units: plurals and abbreviations beside those of CLDR; and halves and quarters, which are phrases.
UNITS = {
    1: "secs sek сек",
    60: "मिनिटा मिनिटां mins minuts minuty минут хвилин хв dakika dk menit phút λ",
    3600: "तासा तासां hrs hrs. std часов годин",
    86400: "दिवसा दिवसां dys дн дней дня",
}
PARTS_OF_HOUR = {
    1800: (
        "half an hour|half hour|halben stunde|halbe stunde|نصف ساعة|полчаса|une demi heure|media hora|mezz'ora|"
        "meia hora|pół godziny|yarım saat"
    ),
    900: "ربع ساعة|un quart d'heure|quarter of an hour",
}
SINCE = {  # Hungarian: "5 perce" is 5 minutes ago, without a word for it
    60: "perce",
    3600: "órája",
    86400: "napja",
    604800: "hete",
}

# "Just now": CLDR has only "now", which is another word elsewhere in NOT_NOW.
JUST_NOW = (
    "just now|right now|moments ago|a moment ago|a few seconds ago|few seconds ago|less than a minute ago|"
    "gerade eben|soeben|gerade|vor wenigen sekunden|à l'instant|il y a un instant|il y a quelques secondes|"
    "ahora mismo|hace un momento|hace unos segundos|hace instantes|recién|agora mesmo|há instantes|há momentos|"
    "há poucos segundos|adesso|proprio ora|pochi secondi fa|poco fa|только что|сейчас|несколько секунд назад|"
    "щойно|şimdi|az önce|şu anda|birkaç saniye önce|الآن|قبل قليل|منذ قليل|قبل لحظات|منذ لحظات|منذ ثوان|قبل "
    "ثوان|للتو|منذ لحظة|قبل دقائق قليلة|همین حالا|هم‌اکنون|لحظاتی پیش|לפני רגע|עכשיו|ממש עכשיו|ابھی|अभी|अभी "
    "अभी|刚刚|剛剛|刚才|たった今|방금|방금 전|baru saja|vừa xong|mới đây|เมื่อสักครู่|nyss|just nu|alldeles "
    "nyss|lige nu|netop nu|akkurat nå|nettopp|juuri nyt|hetki sitten|zojuist|zonet|nu net|przed chwilą|teraz|"
    "právě teď|před chvílí|práve teraz|most|épp most|az imént|chiar acum|acum câteva secunde|τώρα|μόλις τώρα|"
    "току що|upravo sada|upravo|управо|tocmai acum|ara mateix|baru sahaja|sasa hivi|hozirgina|az once"
)
NOT_NOW = frozenset(("ara", "hazir", "indi", "issa", "kecha", "most", "nou", "nuna", "ora", "sada", "saiki"))
