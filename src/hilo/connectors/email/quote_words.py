# ruff: noqa: RUF001 - the letters of other alphabets are meant
"""The words by which mail programs introduce a quote, a forward or a signature, in many languages.

Data only. Each list is what clients print, gathered from their translations; order does not matter.
"""

from typing import Final

# "… wrote": what closes an introduction, or stands near its end.
WROTE: Final = (
    "wrote", "writes", "said", "a écrit", "écrit", "escribió", "escribio", "escrito",
    "va escriure", "ha escrit", "escreveu", "ha scritto", "scrisse", "schrieb", "geschrieben",
    "schreef", "geschreven", "schreven", "skrev", "kirjoitti", "napisał", "napisała",
    "napisał(a)", "pisze", "napsal", "napsala", "napísal", "napísala", "написал", "написала",
    "написав", "пишет", "пише", "написа", "написао", "je napisao", "je napisala", "napisao",
    "schreiv", "írta", "a scris", "έγραψε", "έγραψες", "yazdı", "şunu yazdı", "kirjutas",
    "rakstīja", "rašė", "đã viết", "menulis", "menulis:", "เขียน", "写道", "寫道", "のメール",
    "さんは書きました", "のメッセージ", "が書き込みました", "작성", "님이 작성", "님이 씀",
    "כתב", "כתבה", "كتب", "كتبت", "نوشت", "idatzi du", "escribiu", "je pisal", "je napisal",
    "zapisal", "ga shkruar", "shkroi", "на писа", "skrifaði",
)  # fmt: skip

# What an introduction opens with. A digit may follow at once or a little later.
OPENS: Final = (
    "on", "le", "am", "il", "el", "em", "op", "den", "på", "dne", "dňa", "w dniu", "dnia", "в",
    "у", "на", "at", "a", "il giorno", "lun", "mar", "mer", "gio", "ven", "sab", "dom", "mon",
    "tue", "wed", "thu", "fri", "sat", "sun", "monday", "tuesday", "wednesday", "thursday",
    "friday", "saturday", "sunday", "pe", "pada", "vào", "vào lúc", "στις", "ons", "tor", "tir",
    "man", "fre", "lør", "søn", "ti", "ke", "to", "la", "su", "ma", "kl", "o", "dia", "el día",
    "date", "zo", "za", "vr", "do", "wo", "di", "mi", "mo", "sa", "so", "fr", "пн", "вт", "ср",
    "чт", "пт", "сб", "вс", "nd", "pon", "wt", "śr", "czw", "pt", "sob", "niedz", "wrote",
    "quoting", "citando", "zitat von", "citing", "selon", "citazione", "citação", "в сообщении",
    "在", "於", "于", "ב", "בתאריך", "في", "در", "ใน", "dana", "u", "lör", "ær", "þann",
    "kirjoittaja",
)  # fmt: skip

# A message of somebody else begins at these header names. One of each group is one header.
FROM: Final = (
    "from", "von", "de", "da", "van", "från", "fra", "od", "от", "від", "lähettäjä", "kimden",
    "gönderen", "feladó", "expeditor", "de la", "από", "发件人", "寄件者", "寄件人", "差出人",
    "送信者", "보낸 사람", "보낸사람", "מאת", "من", "dari", "từ", "จาก", "remitente",
    "remetente", "mittente", "expéditeur", "absender", "afzender", "avsändare", "afsender",
    "avsender", "message du", "message de", "nuo", "no", "kellelt", "saatja", "šalje",
)  # fmt: skip
SENT: Final = (
    "sent", "date", "gesendet", "datum", "envoyé", "envoyé le", "enviado", "enviado el",
    "enviada", "enviada em", "enviado em", "fecha", "data", "inviato", "data invio",
    "verzonden", "skickat", "sendt", "dato", "wysłano", "wysłane", "odesláno", "odoslané",
    "отправлено", "дата", "надіслано", "lähetetty", "päivämäärä", "päiväys", "gönderildi",
    "tarih", "küldve", "elküldve", "dátum", "trimis", "dată", "στάλθηκε", "ημερομηνία",
    "发送时间", "日期", "时间", "寄件日期", "傳送日期", "送信日時", "日時", "보낸 날짜", "날짜",
    "נשלח", "תאריך", "تاريخ الإرسال", "التاريخ", "dikirim", "tanggal", "ngày", "đã gửi",
    "วันที่", "poslano", "le", "message du",
)  # fmt: skip
OTHER_HEADERS: Final = (
    "to", "an", "à", "a", "para", "aan", "till", "til", "do", "komu", "кому", "vastaanottaja",
    "kime", "címzett", "către", "catre", "προς", "收件人", "收件者", "宛先", "받는 사람",
    "받는사람", "אל", "إلى", "kepada", "ke", "đến", "tới", "ถึง", "per", "cc", "kopie", "copie",
    "copie à", "cópia", "copia", "kopia", "kopi", "kopio", "копия", "копія", "抄送", "副本",
    "참조", "subject", "betreff", "betr", "objet", "sujet", "asunto", "assunto", "oggetto",
    "onderwerp", "ämne", "emne", "temat", "předmět", "predmet", "тема", "aihe", "konu", "tárgy",
    "subiect", "θέμα", "主题", "主旨", "件名", "제목", "נושא", "الموضوع", "subjek", "perihal",
    "chủ đề", "หัวเรื่อง", "reply-to", "antwort an", "répondre à", "responder a", "risposta",
    "antwoord aan", "bcc", "importance", "wichtigkeit", "importancia", "priority",
    "attachments", "anlagen", "pièces jointes", "adjuntos", "anexos", "organization",
    "message-id", "time", "uhrzeit", "newsgroups",
)  # fmt: skip

# Between dashes: "-----Original Message-----".
BANNERS: Final = (
    "original message", "original email", "original appointment", "forwarded message",
    "forwarded by", "begin forwarded message", "start of forwarded message", "reply message",
    "reply above this line", "ursprüngliche nachricht", "originalnachricht",
    "original-nachricht", "weitergeleitete nachricht", "anfang der weitergeleiteten nachricht",
    "message d'origine", "message d’origine", "message original", "message transféré",
    "début du message réexpédié", "début du message transféré", "mensaje original",
    "mensaje reenviado", "mensagem original", "mensagem encaminhada", "mensagem reencaminhada",
    "inicio del mensaje reenviado", "início da mensagem encaminhada",
    "início da mensagem reencaminhada", "messaggio originale", "messaggio inoltrato",
    "inizio messaggio inoltrato", "oorspronkelijk bericht", "oorspronkelijke bericht",
    "doorgestuurd bericht", "begin doorgestuurd bericht", "ursprungligt meddelande",
    "originalmeddelande", "vidarebefordrat meddelande", "vidarebefordrat brev",
    "oprindelig besked", "oprindelig meddelelse", "videresendt besked",
    "videresendt meddelelse", "opprinnelig melding", "videresendt melding",
    "alkuperäinen viesti", "välitetty viesti", "wiadomość oryginalna", "oryginalna wiadomość",
    "wiadomość przekazana", "przekazana wiadomość", "původní zpráva", "pôvodná správa",
    "přeposlaná zpráva", "исходное сообщение", "пересылаемое сообщение",
    "пересланное сообщение", "оригинальное сообщение", "конец пересылаемого сообщения",
    "переслане повідомлення", "оригінальне повідомлення", "вихідне повідомлення",
    "orijinal mesaj", "özgün ileti", "iletilen mesaj", "yönlendirilmiş ileti", "eredeti üzenet",
    "továbbított üzenet", "mesaj original", "mesaj redirecționat", "αρχικό μήνυμα",
    "προωθημένο μήνυμα", "原始邮件", "原始信息", "转发邮件", "轉寄的郵件", "原始郵件",
    "转发的邮件", "元のメッセージ", "転送メッセージ", "転送されたメッセージ", "원본 메시지",
    "전달된 메일", "הודעה מקורית", "הודעה שהועברה", "الرسالة الأصلية", "رسالة معاد توجيهها",
    "pesan asli", "pesan terusan", "thư gốc", "tin nhắn chuyển tiếp", "missatge original",
    "missatge reenviat", "mensaxe orixinal", "izvirno sporočilo", "izvorna poruka",
    "algne sõnum",
)  # fmt: skip

# "Sent from my …": lines of their own, at the end of what was written.
SENT_FROM: Final = (
    r"sent (?:from|via|with|by|using|on)\b", r"from my \w+",
    r"get (?:\[?outlook|bluemail|\S+ mail\b|\S+ for (?:ios|android))", r"download \S+ for ",
    r"envoy[ée]e? (?:de(?:puis)?|à partir d|via|avec)\b", r"envoyé à partir",
    r"(?:enviad[oa]|mandado|remitido) (?:desde|de|do|da|a partir|por|con|com|via|através)\b",
    r"obt(?:ener|enha|én) (?:o )?\[?outlook", r"t[ée]l[ée]charge[zr] \[?outlook",
    r"obtenir \[?outlook", r"inviat[oa] (?:da|dal|con|tramite)\b", r"scarica \[?outlook",
    r"ottieni \[?outlook", r"von meine[mr] .{1,40} (?:gesendet|verschickt)",
    r"(?:gesendet|verschickt) (?:von|mit|über|via)\b", r"diese nachricht wurde (?:von|mit) ",
    r"holen sie sich \[?outlook", r"outlook für ", r"verzonden (?:vanaf|met|via|van)\b",
    r"verstuurd (?:vanaf|met|via)\b", r"download \[?outlook", r"skickat (?:från|med|via)\b",
    r"sendt (?:fra|med|via)\b", r"lähetetty .{1,40}", r"hanki \[?outlook",
    r"wysłan[eoy] (?:z|za|przez|ze)\b", r"pobierz \[?outlook", r"odesláno (?:z|ze|pomocí)\b",
    r"odoslané z", r"отправлено (?:с|из|через)\b", r"отправлено ", r"надіслано з", r"küldve ",
    r"trimis (?:de|din|prin)\b", r"στάλθηκε από", r"iphone'umdan gönderildi",
    r".{1,30} gönderildi$", r"從我的 .{1,30} 傳送", r"从我的 .{1,30}发送", r"发自我?的?",
    r"來自我的", r"私の.{1,20}から送信", r".{1,20}から送信", r"나의 .{1,20}에서 보냄",
    r".{1,20}에서 보냄", r"נשלח מ", r"أرسلت من", r"تم الإرسال من", r"dikirim dari", r"gửi từ",
    r"ส่งจาก", r"enviat des del?\b", r"bidalia ", r"poslano (?:iz|s|z)\b", r"saadetud minu",
    r"someone from mobile", r"typed on (?:my|a) ", r"typed with my thumbs",
)  # fmt: skip
