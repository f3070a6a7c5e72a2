"""Words of printed times, as `spell.spelled` has them. From CLDR 47 by tools/calendar_names.py.

Each table has, after a value and "=", the words that say it; "_" is a space. "?" are those that languages disagree on,
"10.11" is October after "11." and November after "11".
HOURS are those that a part of the day has, UNITS seconds (and one more for each that is counted: 3602 is two hours),
UNITS_IN the same after "frame:" where only what stands around the unit can tell.
"""

MONTHS = """
1 = de_gen| de_gener| ean| eanair| ene| enero| gen| gener| gennaio| ian| ianuarie| ion| ionawr| jaan| jaanuar| jan|
janaayo| janairu| janar| janeiro| jannaayo| jannar| janner| januar| januara| januari| januarie| january| januwari|
janv| janvaris| janvier| led| leden| ledna| oca| ocak| saus| sausio| sausis| sij| sijecanj| sijecnja| sty| styczen|
stycznia| tammi| tammikuu| tammikuuta| urt| urtarrila| xan| xaneiro| yan| yanvar| yanwar| ιαν| ιανουαριοσ|
ιανουαριου| нэгдүгээр_сар| сту| студзень| студзеня| січ| січень| січня| янв| январь| января| яну| януари| јан|
јануар| јануари| қаң| қаңтар| հնվ| հունվար| հունվարի| בינו| בינואר| ינו| ינואר| جانفي| جنوري| كانون_الثاني|
كانووني_دووهم| يانۋار| يناير| ژانويه| जन| जनवरी| जाने| जानेवारी| জানু| জানুয়ারী| জানুৱাৰী| ਜਨ| ਜਨਵਰੀ| જાન્યુ|
જાન્યુઆરી| ଜାନୁଆରୀ| ஜன| ஜனவரி| జన| జనవరి| ಜನ| ಜನವರಿ| ജനു| ജനുവരി| ජන| ජනවාරි| ม_ค| มกราคม| มค| ມ_ກ| ມກ| ມັງກອນ| ဇန်|
ဇန်နဝါရီ| იან| იანვარი| ጃን| ጃንዋሪ| ጥሪ| មករា| 一月
10 = d'oct| d'octubre| deireadh_fomhair| dfomh| eki| ekim| hyd| hydref| loka| lokakuu| lokakuuta| oct| october|
octobre| octombrie| octubre| okt| oktabr| okthoba| oktoba| oktobar| oktober| oktobra| oktobris| oktoobar| oktoober|
oktubre| oktyabr| ott| ottobre| ottubru| out| outubro| paz| pazdziernik| pazdziernika| rij| rijen| rijna| spal|
spalio| spalis| tet| tetor| urr| urria| οκτ| οκτωβριοσ| οκτωβριου| аравдугаар_сар| жовт| жовтень| жовтня| кас|
кастрычнік| кастрычніка| окт| октобар| октомври| октябрь| октября| қаз| қазан| հոկ| հոկտեմբեր| հոկտեմբերի| אוק|
אוקטובר| באוק| באוקטובר| اكتبر| اكتوبر| تشرين_الاول| تشريني_يهكهم| يۆكتهبير| अक्टू| अक्टूबर| अक्टोबर| ऑक्टो| ऑक्टोबर|
অক্টো| অক্টোবর| অক্টোবৰ| ਅਕਤੂ| ਅਕਤੂਬਰ| ઑક્ટો| ઑક્ટોબર| ଅକ୍ଟୋବର| அக்| அக்டோபர்| అక్టో| అక్టోబర్| ಅಕ್ಟೋ| ಅಕ್ಟೋಬರ್|
ഒക്_ടോബർ| ഒക്ടോ| ഒക്ടോബർ| ඔක්| ඔක්තෝබර්| ต_ค| ตค| ตุลาคม| ຕ_ລ| ຕລ| ຕຸລາ| အောက်| အောက်တိုဘာ| ოქტ| ოქტომბერი| ኦክቶ|
ኦክቶበር| ጥቅ| ጥቅምቲ| តុលា| 十月
11 = aza| azaroa| de_nov| de_novembre| kas| kasim| lapkr| lapkricio| lapkritis| listopadu| marras| marraskuu|
marraskuuta| nen| nentor| nob| nobyembre| nof| noiembrie| noofeembar| nov| novemba| novembar| november| novembra|
novembre| novembris| novembro| novembru| noviembre| noy| noyabr| nuw| nuwamba| samh| samhain| stu| studeni|
studenoga| tach| tachwedd| νοε| νοεμβριοσ| νοεμβριου| арван_нэгдүгээр_сар| лист| листопад| листопада| ліс| лістапад|
лістапада| нов| новембар| ное| ноември| ноя| нояб| ноябрь| ноября| қар| қараша| նոյ| նոյեմբեր| նոյեմբերի| בנוב|
בנובמבר| נוב| נובמבר| تشرين_الثاني| تشريني_دووهم| نوامبر| نوفمبر| نومبر| نونبر| نويابير| नव| नवंबर| नोभेम्बर|
नोव्हें| नोव्हेंबर| নভে| নভেম্বর| নৱে| নৱেম্বৰ| ਨਵੰ| ਨਵੰਬਰ| નવે| નવેમ્બર| ନଭେମ୍ବର| நவ| நவம்பர்| నవం| నవంబర్| ನವೆಂ|
ನವೆಂಬರ್| നവം| നവംബർ| නොවැ| නොවැම්බර්| พ_ย| พย| พฤศจิกายน| ພ_ຈ| ພຈ| ພະຈິກ| နို| နိုဝင်ဘာ| ნოე| ნოემბერი| ሕዳ| ሕዳር| ኖቬም|
ኖቬምበር| វិច្ឆិកា| 十一月
12 = abe| abendua| ara| aralik| de_des| de_desembre| dec| decembar| december| decembra| decembre| decembrie|
decembris| decembro| dek| dekabr| des| desemba| desember| desembre| dets| detsember| dez| dezember| dezembro| dhj|
dhjetor| dic| dicembre| dicembru| diciembre| dis| disamba| diseembar| disemba| disember| disyembre| gru| grudnia|
grudzien| gruod| gruodis| gruodzio| joulu| joulukuu| joulukuuta| noll| nollaig| pro| prosinac| prosinca| prosince|
prosinec| rhag| rhagfyr| δεκ| δεκεμβριοσ| δεκεμβριου| арван_хоердугаар_сар| груд| грудень| грудня| дек| декабрь|
декабря| декември| дец| децембар| жел| желтоқсан| сне| снежань| снежня| դեկ| դեկտեմբեր| դեկտեմբերի| בדצמ| בדצמבר|
דצמ| דצמבר| دجنبر| دسامبر| دسمبر| ديسمبر| دېكابير| كانون_الاول| كانوني_يهكهم| डिसें| डिसेंबर| डिसेम्बर| दिस| दिसंबर|
ডিচে| ডিচেম্বৰ| ডিসে| ডিসেম্বর| ਦਸੰ| ਦਸੰਬਰ| ડિસે| ડિસેમ્બર| ଡିସେମ୍ବର| டிச| டிசம்பர்| డిసెం| డిసెంబర్| ಡಿಸೆಂ|
ಡಿಸೆಂಬರ್| ഡിസം| ഡിസംബർ| දෙසැ| දෙසැම්බර්| ธ_ค| ธค| ธันวาคม| ທ_ວ| ທວ| ທັນວາ| ဒီ| ဒီဇင်ဘာ| დეკ| დეკემბერი| ታሕ| ታሕሳስ|
ዲሴም| ዲሴምበር| ធ្នូ| 十二月
2 = chw| chwef| chwefror| de_febr| de_febrer| fab| faburairu| feabh| feabhra| feb| febbraio| febr| febraayo|
febreiro| febrer| febrero| februar| februara| februari| februarie| februaris| february| februwari| fev| fevereiro|
fevr| fevral| fevrier| few| fewral| fra| frar| helmi| helmikuu| helmikuuta| lut| lutego| luty| ots| otsaila| peb|
pebrero| shk| shkurt| sub| subat| uno| unor| unora| vas| vasario| vasaris| veebr| veebruar| velj| veljaca| veljace|
φεβ| φεβρουαριοσ| φεβρουαριου| ақп| ақпан| лют| лютага| лютии| лютого| люты| феб| фебруар| фев| февр| февраль|
февраля| февруари| хоердугаар_сар| փետրվար| փետրվարի| փտվ| בפבר| בפברואר| פבר| פברואר| شباط| شوبات| فبراير| فبروري|
فروري| فوريه| فيفري| فېبروري| فېۋرال| फ़र| फ़रवरी| फेब्रु| फेब्रुअरी| फेब्रुवारी| ফেব| ফেব্রুয়ারী| ফেব্ৰু|
ফেব্ৰুৱাৰী| ਫ਼ਰ| ਫ਼ਰਵਰੀ| ફેબ્રુ| ફેબ્રુઆરી| ଫେବୃଆରୀ| பிப்| பிப்ரவரி| ఫిబ్ర| ఫిబ్రవరి| ಫೆಬ್ರ| ಫೆಬ್ರವರಿ| ഫെബ്രു|
ഫെബ്രുവരി| පෙබ| පෙබරවාරි| ก_พ| กพ| กุมภาพันธ์| ກ_ພ| ກພ| ກຸມພາ| ဖေ| ဖေဖော်ဝါရီ| თებ| თებერვალი| ለካ| ለካቲት| ፌብ| ፌብሩዋሪ|
កុម្ភៈ| 二月
3 = bre| brezen| brezna| de_marc| kov| kovas| kovo| maalis| maaliskuu| maaliskuuta| maarso| maart| mac| machi| mae|
maerz| mar| marc| marca| march| marcius| marco| marec| maret| maris| mars| marso| mart| marta| martie| marts|
martxoa| marz| marzec| marzo| marzu| mas| mashi| maw| mawrth| mrt| ozu| ozujak| ozujka| μαρ| μαρτιοσ| μαρτιου| бер|
березень| березня| гуравдугаар_сар| мар| март| марта| нау| наурыз| сак| сакавік| сакавіка| մարտ| մարտի| մրտ| במרץ|
מרץ| اذار| مارت| مارس| مارچ| يازار| मार्च| মার্চ| মাৰ্চ| ਮਾਰਚ| માર્ચ| ମାର୍ଚ୍ଚ| மார்| மார்ச்| మార్చి| ಮಾರ್ಚ್| മാർ|
മാർച്ച്| මාර්| මාර්තු| มี_ค| มีค| มีนาคม| ມ_ນ| ມນ| ມີນາ| မတ်| მარ| მარტი| መጋ| መጋቢት| ማርች| មីនា| 三月
4 = abr| abrell| abriil| abril| afi| afirilu| aib| aibrean| api| apirila| apr| aprel| april| aprila| aprile| aprili|
aprilie| aprilis| aprill| avr| avril| bal| balandis| balandzio| d'abr| d'abril| dub| duben| dubna| ebr| ebrill| eph|
ephreli| huhti| huhtikuu| huhtikuuta| kwi| kwiecien| kwietnia| nis| nisan| pri| prill| tra| travanj| travnja| απρ|
απριλιοσ| απριλιου| апр| апрель| апреля| април| дөрөвдүгээр_сар| квіт| квітень| квітня| кра| красавік| красавіка|
сәу| сәуір| ապր| ապրիլ| ապրիլի| אפר| אפריל| באפר| באפריל| ابريل| افريل| اوريل| اپريل| نيسان| ياپرېل| अप्रिल| अप्रैल|
एप्रि| एप्रिल| এপ্রি| এপ্রিল| এপ্ৰিল| ਅਪ੍ਰੈ| ਅਪ੍ਰੈਲ| એપ્રિલ| ଅପ୍ରେଲ| ஏப்| ஏப்ரல்| ఏప్రి| ఏప్రిల్| ಏಪ್ರಿ| ಏಪ್ರಿಲ್|
ഏപ്രി| ഏപ്രിൽ| අප්_රේල්| අප්රේල්| เม_ย| เมย| เมษายน| ມ_ສ| ມສ| ເມສາ| ဧ| ဧပြီ| აპრ| აპრილი| ሚያ| ሚያዝያ| ኤፕሪ| ኤፕሪል| មេសា|
四月
5 = beal| bealtaine| de_maig| geg| geguze| geguzes| kve| kveten| kvetna| maayo| mag| maggio| mai| maiatza| maig|
maijs| maio| maj| maja| majus| may| mayis| mayo| mayu| mee| mei| mej| mejju| mey| meyi| svi| svibanj| svibnja| touko|
toukokuu| toukokuuta| μαι| μαιοσ| μαιου| маи| мам| мамыр| мая| мај| тавдугаар_сар| трав| травень| травня| մայիս|
մայիսի| մյս| במאי| מאי| ايار| ماي| مايو| مه| ميي| مۍ| يايار| मई| मे| মে| মে'| ਮਈ| મે| ମଇ| மே| మే| ಮೇ| മേയ്| මැයි|
พ_ค| พค| พฤษภาคม| ພ_ພ| ພພ| ພຶດສະພາ| မေ| მაი| მაისი| ሜይ| ጉንበት| ግን| ឧសភា| 五月
6 = birz| birzelio| birzelis| cerven| cervna| cvn| cze| czerwca| czerwiec| de_juny| eka| ekaina| giu| giugno| gun|
gunju| haz| haziran| hun| hunyo| iun| iunie| iyn| iyun| juin| jun| juna| june| junho| juni| junie| junij| junijs|
junio| junius| juny| juun| juuni| kesa| kesakuu| kesakuuta| lipanj| lipnja| meh| mehefin| meith| meitheamh| qer|
qershor| xuno| yun| yuni| ιουν| ιουνιοσ| ιουνιου| зургаадугаар_сар| июн| июнь| июня| мау| маусым| черв| червень|
червня| чэр| чэрвень| чэрвеня| юни| јун| јуни| հնս| հունիս| հունիսի| ביוני| יוני| جوان| جون| حزيران| حوزهيران| يونيو|
يييۇن| ژوين| जुन| जून| জুন| ਜੂਨ| જૂન| ଜୁନ| ஜூன்| జూన్| ಜೂನ್| ജൂൺ| ජූනි| มิ_ย| มิถุนายน| มิย| ມິ_ຖ| ມິຖ| ມິຖຸນາ| ဇွန်|
ივნ| ივნისი| ሰነ| ጁን| មិថុនា| 六月
7 = cervence| cervenec| cvc| de_jul| de_juliol| gor| gorff| gorffennaf| heina| heinakuu| heinakuuta| hul| hulyo|
iuil| iul| iulie| iyl| iyul| juil| juill| juillet| jul| jula| julai| julayi| julho| juli| julie| julij| julijs|
julio| juliol| julius| july| juuli| korr| korrik| liep| liepa| liepos| lipca| lipiec| lug| luglio| lul| lulju|
luulyo| srpanj| srpnja| tem| temmuz| uzt| uztaila| xul| xullo| yul| yuli| ιουλ| ιουλιοσ| ιουλιου| долоодугаар_сар|
июл| июль| июля| лип| липень| липня| ліп| ліпень| ліпеня| шіл| шілде| юли| јул| јули| հլս| հուլիս| հուլիսի| ביולי|
יולי| تموز| تهمووز| جولاي| جولايي| جويليه| يوليو| يوليوز| يييۇل| ژوييه| जुल| जुलाई| जुलै| জুল| জুলাই| ਜੁਲਾ| ਜੁਲਾਈ|
જુલાઈ| ଜୁଲାଇ| ஜூலை| జులై| ಜುಲೈ| ജൂലൈ| ජූලි| ก_ค| กค| กรกฎาคม| ກ_ລ| ກລ| ກໍລະກົດ| ဇူ| ဇူလိုင်| ივლ| ივლისი| ሓም| ሓምለ|
ጁላይ| កក្កដា| 七月
8 = abu| abuztua| ag| aga| agasti| ago| agost| agosti| agosto| agt| agu| agust| agusta| agustos| agustus| aout| aug|
august| augusta| augusti| augusts| augustus| augusztus| avg| avgust| avq| avqust| awg| awgust| awst| aww| awwissu|
d'ag| d'agost| elo| elokuu| elokuuta| gush| gusht| kol| kolovoz| kolovoza| lun| lunasa| ogo| ogos| ogosto| ogs| rugp|
rugpjucio| rugpjutis| sie| sierpien| sierpnia| srpen| srpna| αυγ| αυγουστοσ| αυγουστου| авг| август| августа| ауг|
аугуст| жні| жнівень| жніуня| наимдугаар_сар| серп| серпень| серпня| там| тамыз| օգոստոս| օգոստոսի| օգս| אוג| אוגוסט|
באוג| באוגוסט| اب| اغسطس| اوت| اګست| اگست| غشت| ياب| ياۋغۇست| अग| अगस्ट| अगस्त| ऑग| ऑगस्ट| আগ| আগষ্ট| আগস্ট| ਅਗ|
ਅਗਸਤ| ઑગસ્ટ| ଅଗଷ୍ଟ| ஆக| ஆகஸ்ட்| ఆగ| ఆగస్టు| ಆಗ| ಆಗಸ್ಟ್| ഓഗ| ഓഗസ്റ്റ്| අගෝ| අගෝස්තු| ส_ค| สค| สิงหาคม| ສ_ຫ| ສຫ| ສິງຫາ|
ဩ| ဩဂုတ်| აგვ| აგვისტო| ነሓ| ነሓሰ| ኦገስ| ኦገስት| សីហា| 八月
9 = de_set| de_setembre| eyl| eylul| ira| iraila| mean_fomhair| medi| mfomh| rugs| rugsejis| rugsejo| ruj| rujan|
rujna| sat| satumba| seb| sebteembar| sebtembar| sen| sentabr| sentyabr| sep| sept| septemba| septembar| september|
septembra| septembre| septembrie| septembris| septhemba| septiembre| set| setembre| setembro| settembre| settembru|
setyembre| sht| shtator| syys| syyskuu| syyskuuta| szept| szeptember| wrz| wrzesien| wrzesnia| zar| zari| σεπ|
σεπτεμβριοσ| σεπτεμβριου| вер| верасень| верасня| вересень| вересня| есдүгээр_сар| сен| сент| сентябрь| сентября|
сеп| септембар| септември| қыр| қыркүиек| սեպ| սեպտեմբեր| սեպտեմբերի| בספט| בספטמבר| ספט| ספטמבר| ايلول| سبتمبر|
ستمبر| سپتامبر| سپتمبر| سېنتهبير| سېپتمبر| شتنبر| يهيلوول| सप्टें| सप्टेंबर| सित| सितंबर| सेप्टेम्बर| ছেপ্তে|
ছেপ্তেম্বৰ| সেপ| সেপ্টেম্বর| ਸਤੰ| ਸਤੰਬਰ| સપ્ટે| સપ્ટેમ્બર| ସେପ୍ଟେମ୍ବର| செப்| செப்டம்பர்| సెప్టెం| సెప్టెంబర్|
ಸೆಪ್ಟೆಂ| ಸೆಪ್ಟೆಂಬರ್| സെപ്റ്റം| സെപ്റ്റംബർ| සැප්| සැප්තැම්බර්| ก_ย| กย| กันยายน| ກ_ຍ| ກຍ| ກັນຍາ| စက်| စက်တင်ဘာ| სექ|
სექტემბერი| መስ| መስከረም| ሴፕቴ| ሴፕቴምበር| កញ្ញា| 九月
6.7 = lip
0.11 = lis| listopad
10.11 = listopada
0.0 = srp
"""

LEADING = """
abendua| abril| abuztua| agasti| agosto| apirila| apr| april| aprilis| aug| august| augusztus| azaroa| bal| balandis|
balandzio| birz| birzelio| birzelis| dec| december| disemba| disyembre| ekaina| enero| ephreli| feb| febr| februar|
february| februwari| geg| geguze| geguzes| gruod| gruodis| gruodzio| hulyo| hunyo| iraila| jan| januar| january|
januwari| jul| julayi| julius| july| jun| june| juni| junius| kov| kovas| kovo| lapkr| lapkricio| lapkritis| liep|
liepa| liepos| maiatza| maj| majus| mar| marc| march| marcius| marso| martxoa| mashi| may| mayo| meyi| nobyembre|
nov| novemba| november| oct| october| okt| okthoba| oktober| oktubre| otsaila| pebrero| rugp| rugpjucio| rugpjutis|
rugs| rugsejis| rugsejo| saus| sausio| sausis| sep| september| septhemba| setyembre| spal| spalio| spalis| szept|
szeptember| urria| urtarrila| uztaila| vas| vasario| vasaris| аравдугаар_сар| арван_нэгдүгээр_сар|
арван_хоердугаар_сар| гуравдугаар_сар| долоодугаар_сар| дөрөвдүгээр_сар| есдүгээр_сар| зургаадугаар_сар|
наимдугаар_сар| нэгдүгээр_сар| тавдугаар_сар| хоердугаар_сар| באוג| באוגוסט| באוק| באוקטובר| באפר| באפריל| בדצמ|
בדצמבר| ביולי| ביוני| בינו| בינואר| במאי| במרץ| בנוב| בנובמבר| בספט| בספטמבר| בפבר| בפברואר| اكتوبر| اپريل| اګست|
تشريني_دووهم| تشريني_يهكهم| تهمووز| جنوري| جولاي| جون| حوزهيران| دسمبر| سېپتمبر| شوبات| فبروري| كانوني_يهكهم|
كانووني_دووهم| مارچ| مۍ| نومبر| نيسان| ياب| يازار| يايار| يهيلوول| अक्टोबर| अगस्ट| अप्रिल| जनवरी| जुन| जुलाई|
डिसेम्बर| नोभेम्बर| फेब्रुअरी| मार्च| मे| सेप्टेम्बर| ଅକ୍ଟୋବର| ଅଗଷ୍ଟ| ଅପ୍ରେଲ| ଜାନୁଆରୀ| ଜୁନ| ଜୁଲାଇ| ଡିସେମ୍ବର| ନଭେମ୍ବର|
ଫେବୃଆରୀ| ମଇ| ମାର୍ଚ୍ଚ| ସେପ୍ଟେମ୍ବର| ಅಕ್ಟೋಬರ್| ಆಗಸ್ಟ್| ಏಪ್ರಿಲ್| ಜನವರಿ| ಜುಲೈ| ಜೂನ್| ಡಿಸೆಂಬರ್| ನವೆಂಬರ್| ಫೆಬ್ರವರಿ| ಮಾರ್ಚ್|
ಮೇ| ಸೆಪ್ಟೆಂಬರ್| ഏപ്രിൽ| ഒക്_ടോബർ| ഒക്ടോബർ| ഓഗസ്റ്റ്| ജനുവരി| ജൂലൈ| ജൂൺ| ഡിസംബർ| നവംബർ| ഫെബ്രുവരി| മാർച്ച്| മേയ്|
സെപ്റ്റംബർ| අගෝස්තු| අප්_රේල්| අප්රේල්| ඔක්තෝබර්| ජනවාරි| ජූනි| ජූලි| දෙසැම්බර්| නොවැම්බර්| පෙබරවාරි| මාර්තු| මැයි|
සැප්තැම්බර්| စက်တင်ဘာ| ဇန်နဝါရီ| ဇူလိုင်| ဇွန်| ဒီဇင်ဘာ| နိုဝင်ဘာ| ဖေဖော်ဝါရီ| မတ်| မေ| အောက်တိုဘာ| ဧပြီ| ဩဂုတ်|
ለካቲት| ሓምለ| ሕዳር| መስከረም| መጋቢት| ሚያዝያ| ሰነ| ታሕሳስ| ነሓሰ| ጉንበት| ጥሪ| ጥቅምቲ| 一月| 七月| 三月| 九月| 二月| 五月| 八月| 六月|
十一月| 十二月| 十月| 四月
"""

WEEKDAYS = """
0 = astelehena| b_e| bazar_ertəsi| be| db| de_luain| dilluns| dl| dus| dusenbe| dush| dushanba| dydd_llun| e_hene|
esmaspaev| hen| hetfo| is| isn| isniin| isnin| it_tnejn| jumatatu| li| lit| litinin| ll| llun| lu| luan| lun| lundi|
lunedi| lunes| luni| luns| maanantai| maanantaina| maandag| man| manadagur| mandag| manudagur| mei| meindeg| mo| mon|
monday| montag| mso| pazartesi| pirmadienis| pirmd| pirmdiena| po| pon| pondeli| pondelok| ponedeljak| ponedeljek|
ponedjeljak| poniedziałek| pr| pzt| seg| segunda| segunda_feira| senin| thu_hai| tne| umsombuluko| δε| δευ| δευτερα|
да| даваа| дс| дш| дүи| дүисенбі| дүишөмбү| панядзелак| пн| по| пон| понеделник| понедельник| понедељак| понеділок|
понедјељак| եկ| երկ| երկուշաբթի| ב| יום_ב| יום_שני| اثنين| الاثنين| د| دوشنبه| دونۍ| دووشهممه| دۈ| دۈشهنبه| پير| सो|
सोम| सोमबार| सोमवार| সোঃ| সোম| সোমবার| সোমবাৰ| ਸੋਮ| ਸੋਮਵਾਰ| સો| સોમ| સોમવાર| ସୋମ| ସୋମବାର| தி| திங்| திங்கள்| సోమ|
సోమవారం| ಸೋಮ| ಸೋಮವಾರ| തി| തിങ്കളാഴ്_ച| തിങ്കളാഴ്ച| തിങ്കൾ| සඳු| සඳුදා| จ| วันจันทร์| ຈ| ຈັນ| ວັນຈັນ| တနင်္လာ| လာ| ორ|
ორშ| ორშაბათი| ሰ| ሰኑ| ሰኑይ| ሰኞ| ច| ចន្ទ| ច័ន្ទ| 一| 周一| 星期一| 月| 月曜日| 週一| 월| 월요일
1 = antradienis| ar| asteartea| bil| cərsənbə_axsami| de_mairt| den| denschdeg| dienstag| dimarts| dinsdag| dt|
dydd_mawrth| e_marte| it_tlieta| jumanne| kedd| mairt| mar| mardi| martedi| martes| marti| maw| ot| otrd| otrdiena|
sal| sali| sel| selasa| sesh| seshanba| sis| sisenbe| ta| tal| talaado| talata| teisipaev| ter| terca| terca_feira|
thu_ba| ti| tiistai| tiistaina| tir| tirs| tirsdag| tis| tisdag| tldo| tli| torek| tu| tue| tuesday| ty| tys| tysdag|
tysdagur| ulwesibili| ut| utery| uto| utorak| utorok| wt| wto| wtorek| þr| þri| þriðjudagur| τρ| τρι| τριτη| ау|
ауторак| вт| вто| вторник| вівторок| мя| мягмар| сеисенбі| сс| ут| уто| уторак| шеиш| шеишемби| шш| երեքշաբթի| երք|
եք| ג| יום_ג| יום_שלישי| الثلاثا| ثلاثا| درېنۍ| س| سه| سه_شنبه| سهشنبه| سهيشهنبه| سێشهممه| منگل| मं| मंगल| मंगलवार|
मंगळ| मंगळवार| मङ्गल| मङ्गलबार| মঃ| মঙ্গল| মঙ্গলবার| মঙ্গলবাৰ| ਮੰਗ| ਮੰਗਲ| ਮੰਗਲਵਾਰ| મં| મંગળ| મંગળવાર| ମଙ୍ଗଳ|
ମଙ୍ଗଳବାର| செ| செவ்| செவ்வாய்| మం| మంగళ| మంగళవారం| ಮಂಗಳ| ಮಂಗಳವಾರ| ചൊ| ചൊവ്വ| ചൊവ്വാഴ്_ച| ചൊവ്വാഴ്ച| අඟ| අඟහ|
අඟහරුවාදා| วันอังคาร| อ| ວັນອັງຄານ| ອ| ອັງຄານ| ဂါ| အင်္ဂါ| სამ| სამშაბათი| სმ| ማ| ማክሰ| ማክሰኞ| ሰሉ| ሰሉስ| អ| អង្គារ| 二|
周二| 星期二| 火| 火曜日| 週二| 화| 화요일
2 = arbaco| arbc| asteazkena| az| car| carsamba| carsenbe| cb| cead| ch| chor| chorshanba| cərsənbə| dc| de_ceadaoin|
dimecres| dydd_mercher| e_merkure| erb| jumatano| ke| keskiviikko| keskiviikkona| kolmapaev| l_erbgħa| lar| laraba|
mer| mercoledi| mercores| mercredi| met| mettwoch| mi| mie| miercoles| miercuri| mik| mikudagur| mittwoch| miy|
miyerkules| mið| miðvikudagur| on| ons| onsdag| qua| quarta| quarta_feira| ra| rab| rabu| sr| sre| sreda| sri|
srijeda| sro| sroda| streda| sze| szerda| tha| thu_tu| tr| treciadienis| tresd| tresdiena| ulwesithathu| we| wed|
wednesday| wo| woensdag| τε| τετ| τεταρτη| лх| лхагва| серада| середа| ср| сре| среда| сри| сриједа| сряда| сәрсенбі|
шарш| шаршемби| шр| չորեքշաբթի| չրք| չք| ד| יום_ד| יום_רביעי| اربعا| الاربعا| بده| څلرنۍ| چ| چا| چارشهنبه| چهارشنبه|
چوارشهممه| बु| बुध| बुधबार| बुधवार| বুঃ| বুধ| বুধবার| বুধবাৰ| ਬੁੱਧ| ਬੁੱਧਵਾਰ| બુ| બુધ| બુધવાર| ବୁଧ| ବୁଧବାର| பு| புத|
புதன்| బుధ| బుధవారం| ಬುಧ| ಬುಧವಾರ| ബു| ബുധനാഴ്_ച| ബുധനാഴ്ച| ബുധൻ| බදා| බදාදා| พ| วันพุธ| ພ| ພຸດ| ວັນພຸດ| ဗုဒ္ဓဟူး|
ဟူး| ოთ| ოთხ| ოთხშაბათი| ረ| ረቡ| ረቡዕ| ពុ| ពុធ| 三| 周三| 星期三| 水| 水曜日| 週三| 수| 수요일
3 = alh| alhamis| alhamisi| cet| cetrtek| ceturtd| ceturtdiena| cetvrtak| cs| csutortok| ctvrtek| cumə_axsami| czw|
czwartek| dear| deardaoin| dijous| dj| don| donderdag| donnerstag| donneschdeg| dydd_iau| e_enjte| enj| fi| fim|
fimmtudagur| gio| giovedi| ho| hos| hosdagur| huw| huwebes| ia| iau| il_ħamis| je| jeu| jeudi| joi| jue| jueves| kam|
kamis| ketvirtadienis| kh| kha| khamiis| khamis| khms| kt| neljapaev| og| osteguna| pay| payshanba| pb| pen|
pensenbe| per| persembe| qui| quinta| quinta_feira| sin| stvrtok| th| thu| thu_nam| thursday| to| tors| torsdag|
torstai| torstaina| ulwesine| xo| xov| xoves| ħam| πε| πεμ| πεμπτη| беисенбі| беиш| беишемби| бс| бш| пү| пүрэв|
чацвер| че| чет| четвер| четверг| четвртак| четврток| четвъртък| чт| чц| հգ| հինգշաբթի| հնգ| ה| יום_ה| יום_חמישי|
الخميس| جمعرات| خميس| پ| پنجشنبه| په| پهيشهنبه| پينځنۍ| پێنجشهممه| गु| गुरु| गुरुवार| बिहि| बिहिबार| বৃঃ| বৃহ|
বৃহস্পতি| বৃহস্পতিবার| বৃহস্পতিবাৰ| ਵੀਰ| ਵੀਰਵਾਰ| ગુ| ગુરુ| ગુરુવાર| ଗୁରୁ| ଗୁରୁବାର| வி| வியா| வியாழன்| గురు| గురువారం|
ಗುರು| ಗುರುವಾರ| വ്യാ| വ്യാഴം| വ്യാഴാഴ്_ച| വ്യാഴാഴ്ച| බ්_රහ| බ්_රහස්| බ්_රහස්පතින්දා| බ්රහ| බ්රහස්| බ්රහස්පතින්දා| พฤ|
วันพฤหัสบดี| ພຫ| ພະຫັດ| ວັນພະຫັດ| ကြာသပတေး| တေး| ხთ| ხუთ| ხუთშაბათი| ሐ| ሐሙስ| ሓሙ| ሓሙስ| ព្រ| ព្រហ| ព្រហស្បតិ៍| 周四|
四| 星期四| 木| 木曜日| 週四| 목| 목요일
4 = ann| anna| ao| aoine| biy| biyernes| cu| cum| cuma| cumə| de_haoine| divendres| dv| dydd_gwener| e_premte| fo|
fos| fostudagur| fr| fre| fredag| freideg| freitag| fri| friday| friggjadagur| gim| gw| gwe| gwen| hla| ijumaa|
il_gimgħa| jimco| jmc| jum| juma| jumaat| jumat| jumma'a| or| ostirala| patek| penktadienis| pentek| perjantai|
perjantaina| pet| petak| petek| pi| pia| piatek| piatok| piektd| piektdiena| pk| pn| pre| reede| sex| sexta|
sexta_feira| thu_sau| ulwesihlanu| ve| ven| vendredi| venerdi| venres| vi| vie| viernes| vin| vineri| vr| vrijdag|
vrydag| πα| παρ| παρασκευη| ба| баасан| жм| жума| жұма| п'ятниця| пе| пет| петак| петок| петък| пт| пятница| пятніца|
ու| ուր| ուրբաթ| ו| יום_ו| יום_שישי| الجمعه| ج| جمعه| جۈ| جۈمه| ه| ههيني| शु| शुक्र| शुक्रबार| शुक्रवार| শুঃ| শুক্র|
শুক্রবার| শুক্ৰ| শুক্ৰবাৰ| ਸ਼ੁੱਕ| ਸ਼ੁੱਕਰ| ਸ਼ੁੱਕਰਵਾਰ| શુ| શુક્ર| શુક્રવાર| ଶୁକ୍ର| ଶୁକ୍ରବାର| வெ| வெள்| வெள்ளி| శుక్ర|
శుక్రవారం| ಶುಕ್ರ| ಶುಕ್ರವಾರ| വെ| വെള്ളി| വെള്ളിയാഴ്_ച| വെള്ളിയാഴ്ച| සිකු| සිකුරාදා| วันศุกร์| ศ| ວັນສຸກ| ສຸ| ສຸກ| ကြာ|
သောကြာ| პარ| პარასკევი| პრ| ዓ| ዓር| ዓርቢ| ዓርብ| សុ| សុក្រ| 五| 周五| 星期五| 週五| 金| 金曜日| 금| 금요일
5 = as| asa| asabar| cmt| cumartesi| de_sathairn| dissabte| ds| dydd_sadwrn| e_shtune| is_sibt| jumamosi| la|
larunbata| lau| lauantai| lauantaina| laugardagur| laupaev| laurdag| le| ley| leygardagur| lo| lor| lordag| lø| lør|
lørdag| mgq| sab| sabado| sabato| sabti| sabtu| sad| sam| sambata| samedi| samschdeg| samstag| sat| saterdag| sath|
saturday| sbti| senbe| sestadienis| sestd| sestdiena| sh| shan| shanba| sht| sib| sob| sobota| sub| subota| szo|
szombat| sənbə| thu_bay| umgqibelo| za| zaterdag| σα| σαβ| σαββατο| бя| бямба| иш| ишемби| ишм| саб| сабота| сб|
сенбі| су| суб| суббота| субота| събота| շաբաթ| շբ| շբթ| יום_שבת| ש| שבת| السبت| اونۍ| سبت| ش| شنبه| شه| شهممه|
شهنبه| هفته| श| शनि| शनिबार| शनिवार| শনি| শনিবার| শনিবাৰ| ਸ਼ਨਿੱ| ਸ਼ਨਿੱਚਰ| ਸ਼ਨਿੱਚਰਵਾਰ| શ| શનિ| શનિવાર| ଶନି| ଶନିବାର| ச|
சனி| శని| శనివారం| ಶನಿ| ಶನಿವಾರ| ശ| ശനി| ശനിയാഴ്_ച| ശനിയാഴ്ച| සෙන| සෙනසුරාදා| วันเสาร์| ส| ວັນເສົາ| ສ| ເສົາ| စနေ| နေ|
შაბ| შაბათი| შბ| ቀዳ| ቀዳም| ቅ| ቅዳሜ| ស| សៅរ៍| 六| 周六| 土| 土曜日| 星期六| 週六| 토| 토요일
6 = ah| ahad| ahd| axad| axd| bazar| chu_nhat| cn| de_domhnaigh| dg| die| dim| dimanche| diumenge| dom| domenica|
domh| domingo| dum| duminica| dydd_sul| e_diel| ig| igandea| il_ħadd| isonto| jumapili| lah| lahadi| lh| lin| linggo|
min| minggu| ne| ned| nedela| nedele| nedelja| nedjelja| nie| niedz| niedziela| paz| pazar| puhapaev| sekmadienis|
sk| son| sondag| sonndeg| sonntag| sul| sun| sunday| sunnudagur| sunnuntai| sv| svetd| svetdiena| sø| søn| søndag|
vasarnap| ya| yak| yakshanba| yb| yek| yeksenbe| zo| zondag| ħad| κυ| κυρ| κυριακη| воскресенье| вс| жек| жексенбі|
жекшемби| жс| жш| нд| не| нед| недела| неделя| недеља| неділя| недјеља| ня| нядзеля| ням| կիր| կիրակի| կր| א| יום_א|
יום_ראשון| اتوار| احد| الاحد| ي| يكشنبه| يه| يهكشهممه| يهكشهنبه| يونۍ| आइत| आइतबार| र| रवि| रविवार| দেও| দেওবাৰ| রঃ|
রবি| রবিবার| ਐਤ| ਐਤਵਾਰ| ર| રવિ| રવિવાર| ରବି| ରବିବାର| ஞா| ஞாயி| ஞாயிறு| ఆది| ఆదివారం| ಭಾನು| ಭಾನುವಾರ| ഞാ| ഞായറാഴ്_ച|
ഞായറാഴ്ച| ഞായർ| ඉරි| ඉරිදා| วันอาทิตย์| อา| ວັນອາທິດ| ອາ| ອາທິດ| တနင်္ဂနွေ| နွေ| კვ| კვი| კვირა| ሰን| ሰንበት| እ| እሑድ|
អា| អាទិត្យ| 周日| 日| 日曜日| 星期日| 週日| 일| 일요일
? = al| an| c_a| ca| ce| ct| de| di| do| du| ju| lr| ma| me| pa| pe| pt| sa| sb| se| sen| so| st| su| tor
"""

FULL = """
10月| 10월| 11月| 11월| 12月| 12월| 1月| 1월| 2月| 2월| 3月| 3월| 4月| 4월| 5月| 5월| 6月| 6월| 7月| 7월| 8月| 8월|
9月| 9월| abendua| abrell| abriil| abril| abuztua| afirilu| agasti| agosti| agosto| agust| agusta| agustos| agustus|
ahad| aibrean| alhamis| alhamisi| anna| antradienis| aout| apirila| aprel| april| aprila| aprile| aprili| aprilie|
aprilis| aprill| aralik| arbaco| asabar| asteartea| asteazkena| astelehena| august| augusta| augusti| augusts|
augustus| augusztus| avgust| avqust| avril| awgust| awst| awwissu| axad| azaroa| balandzio| bazar| bazar_ertəsi|
bealtaine| birzelio| biyernes| brezna| carsamba| carsenbe| cervence| cervna| cetrtek| ceturtdiena| cetvrtak|
chorshanba| chu_nhat| chwefror| csutortok| ctvrtek| cuma| cumartesi| cumə| cumə_axsami| czerwca| czwartek| cərsənbə|
cərsənbə_axsami| d'abril| d'agost| d'octubre| de_ceadaoin| de_desembre| de_domhnaigh| de_febrer| de_gener| de_haoine|
de_juliol| de_juny| de_luain| de_maig| de_mairt| de_marc| de_novembre| de_sathairn| de_setembre| deardaoin| decembar|
december| decembra| decembre| decembrie| decembris| decembro| deireadh_fomhair| dekabr| denschdeg| desemba| desember|
detsember| dezember| dezembro| dhjetor| dicembre| dicembru| diciembre| dienstag| dijous| dilluns| dimanche| dimarts|
dimecres| dinsdag| disamba| diseembar| disemba| disember| dissabte| disyembre| diumenge| divendres| domenica|
domingo| donderdag| donnerstag| donneschdeg| dubna| duminica| dusenbe| dushanba| dydd_gwener| dydd_iau| dydd_llun|
dydd_mawrth| dydd_mercher| dydd_sadwrn| dydd_sul| e_diel| e_enjte| e_hene| e_marte| e_merkure| e_premte| e_shtune|
eanair| ebrill| ekaina| ekim| elokuuta| enero| ephreli| esmaspaev| eylul| faburairu| feabhra| febbraio| febraayo|
febreiro| febrero| februar| februara| februari| februarie| februaris| february| februwari| fevereiro| fevral|
fevrier| fewral| fimmtudagur| fostudagur| frar| fredag| freideg| freitag| friday| friggjadagur| geguzes| gennaio|
giovedi| giugno| gorffennaf| grudnia| gruodzio| gunju| gusht| haziran| heinakuuta| helmikuuta| hetfo| hosdagur|
huhtikuuta| hulyo| hunyo| huwebes| hydref| ianuarie| igandea| ijumaa| il_gimgħa| il_ħadd| il_ħamis| ionawr| iraila|
is_sibt| isniin| isnin| isonto| it_tlieta| it_tnejn| iuil| iulie| iunie| iyul| iyun| jaanuar| janaayo| janairu|
janar| janeiro| jannar| janner| januar| januara| januari| januarie| january| januwari| janvaris| janvier| jeudi|
jimco| joulukuuta| jueves| juillet| juin| jula| julai| julayi| julho| juli| julie| julij| julijs| julio| julius|
july| juma| jumaat| jumamosi| jumanne| jumapili| jumat| jumatano| jumatatu| jumma'a| juna| june| junho| juni| junie|
junij| junijs| junio| junius| juuli| juun| juuni| kamis| kasim| kedd| kesakuuta| keskiviikkona| ketvirtadienis|
khamiis| khamis| kolmapaev| kolovoza| korrik| kovo| kvetna| kwietnia| l_erbgħa| lahadi| lapkricio| laraba| larunbata|
lauantaina| laugardagur| laupaev| laurdag| ledna| leygardagur| liepos| linggo| lipca| lipnja| listopada| listopadu|
litinin| lokakuuta| lordag| luglio| lulju| lunasa| lundi| lunedi| lunes| luni| luns| lutego| luulyo| lørdag|
maaliskuuta| maanantaina| maandag| maarso| maart| maayo| machi| maerz| maggio| maiatza| maijs| maio| maja| majus|
manadagur| mandag| manudagur| marca| march| marcius| marco| mardi| marec| maret| maris| marraskuuta| mars| marso|
mart| marta| martedi| martes| marti| martie| marts| martxoa| marz| marzo| marzu| mashi| mawrth| mayis| mayo| mayu|
mean_fomhair| medi| mehefin| meindeg| meitheamh| mejju| mercoledi| mercores| mercredi| mettwoch| meyi| miercoles|
miercuri| mikudagur| minggu| mittwoch| miyerkules| miðvikudagur| monday| montag| nedela| nedele| nedelja| nedjelja|
neljapaev| nentor| niedziela| nisan| nobyembre| noiembrie| nollaig| noofeembar| novemba| novembar| november|
novembra| novembre| novembris| novembro| novembru| noviembre| noyabr| nuwamba| ocak| october| octobre| octombrie|
octubre| ogos| oktabr| okthoba| oktoba| oktobar| oktober| oktobra| oktobris| oktoobar| oktoober| oktubre| oktyabr|
onsdag| osteguna| ostirala| otrdiena| otsaila| ottobre| ottubru| outubro| ozujka| patek| payshanba| pazar| pazartesi|
pazdziernika| pebrero| penktadienis| pensenbe| pentek| perjantaina| persembe| petak| petek| piatek| piatok|
piektdiena| pirmadienis| pirmdiena| pondeli| pondelok| ponedeljak| ponedeljek| ponedjeljak| poniedziałek| prill|
prosinca| prosince| puhapaev| qershor| quarta_feira| quinta_feira| rabu| reede| rhagfyr| rijna| rugpjucio| rugsejo|
rujna| sabado| sabato| sabti| sabtu| sali| sambata| samedi| samhain| samschdeg| samstag| saterdag| satumba| saturday|
sausio| sebtembar| segunda_feira| sekmadienis| selasa| senbe| senin| sentabr| sentyabr| septemba| septembar|
september| septembra| septembre| septembrie| septembris| septhemba| septiembre| seshanba| sestadienis| sestdiena|
setembro| settembre| settembru| setyembre| sexta_feira| shanba| shkurt| shtator| sierpnia| sijecnja| sisenbe| sobota|
sondag| sonndeg| sonntag| spalio| sreda| srijeda| sroda| srpna| srpnja| streda| studenoga| stvrtok| stycznia| subat|
subota| sunday| sunnudagur| sunnuntai| svetdiena| svibnja| syyskuuta| szeptember| szerda| szombat| søndag| sənbə|
tachwedd| talaado| talata| tammikuuta| teisipaev| temmuz| terca_feira| tetor| thang_1| thang_10| thang_11| thang_12|
thang_2| thang_3| thang_4| thang_5| thang_6| thang_7| thang_8| thang_9| thu_ba| thu_bay| thu_hai| thu_nam| thu_sau|
thu_tu| thursday| tiistaina| tirsdag| tisdag| torek| torsdag| torstaina| toukokuuta| travnja| treciadienis|
tresdiena| tuesday| tysdag| tysdagur| ulwesibili| ulwesihlanu| ulwesine| ulwesithathu| umgqibelo| umsombuluko| unora|
urria| urtarrila| utery| utorak| utorok| uztaila| vasario| vasarnap| veebruar| veljace| vendredi| venerdi| venres|
viernes| vineri| vrijdag| vrydag| wednesday| woensdag| wrzesnia| wtorek| xaneiro| xoves| xullo| xuno| yakshanba|
yanvar| yanwar| yeksenbe| yuli| yuni| zari| zaterdag| zondag| þriðjudagur| απριλιου| αυγουστου| δεκεμβριου| δευτερα|
ιανουαριου| ιουλιου| ιουνιου| κυριακη| μαιου| μαρτιου| νοεμβριου| οκτωβριου| παρασκευη| πεμπτη| σαββατο| σεπτεμβριου|
τεταρτη| τριτη| φεβρουαριου| август| августа| апрель| апреля| април| аравдугаар_сар| арван_нэгдүгээр_сар|
арван_хоердугаар_сар| аугуст| ауторак| ақпан| баасан| беисенбі| беишемби| березня| бямба| верасня| вересня|
воскресенье| вторник| вівторок| грудня| гуравдугаар_сар| даваа| декабрь| декабря| декември| децембар|
долоодугаар_сар| дүисенбі| дүишөмбү| дөрөвдүгээр_сар| есдүгээр_сар| жексенбі| жекшемби| желтоқсан| жніуня| жовтня|
жума| жұма| зургаадугаар_сар| ишемби| июль| июля| июнь| июня| кастрычніка| квітня| красавіка| липня| листопада|
лхагва| лютага| лютого| ліпеня| лістапада| маи| мамыр| март| марта| маусым| мая| мај| мягмар| наимдугаар_сар| наурыз|
недела| неделя| недеља| неділя| недјеља| новембар| ноември| ноябрь| ноября| нэгдүгээр_сар| нядзеля| ням| октобар|
октомври| октябрь| октября| п'ятниця| панядзелак| петак| петок| петък| понеделник| понедельник| понедељак| понеділок|
понедјељак| пятница| пятніца| пүрэв| сабота| сакавіка| сеисенбі| сенбі| сентябрь| сентября| септембар| септември|
серада| середа| серпня| снежня| среда| сриједа| сряда| студзеня| суббота| субота| събота| січня| сәрсенбі| сәуір|
тавдугаар_сар| тамыз| травня| уторак| фебруар| февраль| февраля| февруари| хоердугаар_сар| чацвер| червня| четвер|
четверг| четвртак| четврток| четвъртък| чэрвеня| шаршемби| шеишемби| шілде| юли| юни| январь| января| януари| јануар|
јануари| јул| јули| јун| јуни| қазан| қараша| қаңтар| қыркүиек| ապրիլի| դեկտեմբերի| երեքշաբթի| երկուշաբթի| կիրակի|
հինգշաբթի| հոկտեմբերի| հուլիսի| հունիսի| հունվարի| մայիսի| մարտի| նոյեմբերի| շաբաթ| ուրբաթ| չորեքշաբթի| սեպտեմբերի|
փետրվարի| օգոստոսի| אוגוסט| אוקטובר| אפריל| דצמבר| יולי| יום_חמישי| יום_ראשון| יום_רביעי| יום_שבת| יום_שישי|
יום_שלישי| יום_שני| יוני| ינואר| מאי| מרץ| נובמבר| ספטמבר| פברואר| اب| ابريل| اتوار| اذار| اغسطس| افريل| اكتبر|
اكتوبر| الاثنين| الاحد| الاربعا| الثلاثا| الجمعه| الخميس| السبت| اوت| اوريل| اونۍ| ايار| ايلول| اپريل| اګست| اگست|
بده| تشرين_الاول| تشرين_الثاني| تشريني_دووهم| تشريني_يهكهم| تموز| تهمووز| جانفي| جمعرات| جمعه| جنوري| جوان| جولاي|
جولايي| جون| جويليه| جۈمه| حزيران| حوزهيران| دجنبر| درېنۍ| دسامبر| دسمبر| دوشنبه| دونۍ| دووشهممه| ديسمبر| دۈشهنبه|
دېكابير| سبتمبر| ستمبر| سه_شنبه| سهشنبه| سهيشهنبه| سپتامبر| سێشهممه| سېنتهبير| سېپتمبر| شباط| شتنبر| شنبه| شهممه|
شهنبه| شوبات| غشت| فبراير| فبروري| فروري| فوريه| فيفري| فېۋرال| كانون_الاول| كانون_الثاني| كانوني_يهكهم|
كانووني_دووهم| مارت| مارس| مارچ| ماي| مايو| منگل| مه| ميي| مۍ| نوامبر| نوفمبر| نومبر| نونبر| نويابير| نيسان| هفته|
ههيني| ياب| يازار| يانۋار| يايار| ياپرېل| ياۋغۇست| يكشنبه| يناير| يهكشهممه| يهكشهنبه| يهيلوول| يوليو| يوليوز| يونيو|
يونۍ| يييۇل| يييۇن| يۆكتهبير| پنجشنبه| پهيشهنبه| پير| پينځنۍ| پێنجشهممه| څلرنۍ| چارشهنبه| چهارشنبه| چوارشهممه|
ژانويه| ژوين| ژوييه| अक्टूबर| अक्टोबर| अगस्ट| अगस्त| अप्रिल| अप्रैल| आइतबार| एप्रिल| ऑक्टोबर| ऑगस्ट| गुरुवार| जनवरी|
जानेवारी| जुन| जुलाई| जुलै| जून| डिसेंबर| डिसेम्बर| दिसंबर| नवंबर| नोभेम्बर| नोव्हेंबर| फ़रवरी| फेब्रुअरी|
फेब्रुवारी| बिहिबार| बुधबार| बुधवार| मंगलवार| मंगळवार| मई| मङ्गलबार| मार्च| मे| रविवार| शनिबार| शनिवार| शुक्रबार|
शुक्रवार| सप्टेंबर| सितंबर| सेप्टेम्बर| सोमबार| सोमवार| অক্টোবর| অক্টোবৰ| আগষ্ট| আগস্ট| এপ্রিল| এপ্ৰিল| ছেপ্তেম্বৰ|
জানুয়ারী| জানুৱাৰী| জুন| জুলাই| ডিচেম্বৰ| ডিসেম্বর| দেওবাৰ| নভেম্বর| নৱেম্বৰ| ফেব্রুয়ারী| ফেব্ৰুৱাৰী| বুধবার|
বুধবাৰ| বৃহস্পতিবার| বৃহস্পতিবাৰ| মঙ্গলবার| মঙ্গলবাৰ| মার্চ| মাৰ্চ| মে| মে'| রবিবার| শনিবার| শনিবাৰ| শুক্রবার|
শুক্ৰবাৰ| সেপ্টেম্বর| সোমবার| সোমবাৰ| ਅਕਤੂਬਰ| ਅਗਸਤ| ਅਪ੍ਰੈਲ| ਐਤਵਾਰ| ਜਨਵਰੀ| ਜੁਲਾਈ| ਜੂਨ| ਦਸੰਬਰ| ਨਵੰਬਰ| ਫ਼ਰਵਰੀ| ਬੁੱਧਵਾਰ|
ਮਈ| ਮਾਰਚ| ਮੰਗਲਵਾਰ| ਵੀਰਵਾਰ| ਸਤੰਬਰ| ਸ਼ਨਿੱਚਰਵਾਰ| ਸ਼ੁੱਕਰਵਾਰ| ਸੋਮਵਾਰ| એપ્રિલ| ઑક્ટોબર| ઑગસ્ટ| ગુરુવાર| જાન્યુઆરી| જુલાઈ|
જૂન| ડિસેમ્બર| નવેમ્બર| ફેબ્રુઆરી| બુધવાર| મંગળવાર| માર્ચ| મે| રવિવાર| શનિવાર| શુક્રવાર| સપ્ટેમ્બર| સોમવાર| ଅକ୍ଟୋବର|
ଅଗଷ୍ଟ| ଅପ୍ରେଲ| ଗୁରୁବାର| ଜାନୁଆରୀ| ଜୁନ| ଜୁଲାଇ| ଡିସେମ୍ବର| ନଭେମ୍ବର| ଫେବୃଆରୀ| ବୁଧବାର| ମଇ| ମଙ୍ଗଳବାର| ମାର୍ଚ୍ଚ| ରବିବାର|
ଶନିବାର| ଶୁକ୍ରବାର| ସେପ୍ଟେମ୍ବର| ସୋମବାର| அக்டோபர்| ஆகஸ்ட்| ஏப்ரல்| சனி| செப்டம்பர்| செவ்வாய்| ஜனவரி| ஜூன்| ஜூலை| ஞாயிறு|
டிசம்பர்| திங்கள்| நவம்பர்| பிப்ரவரி| புதன்| மார்ச்| மே| வியாழன்| வெள்ளி| అక్టోబర్| ఆగస్టు| ఆదివారం| ఏప్రిల్|
గురువారం| జనవరి| జులై| జూన్| డిసెంబర్| నవంబర్| ఫిబ్రవరి| బుధవారం| మంగళవారం| మార్చి| మే| శనివారం| శుక్రవారం|
సెప్టెంబర్| సోమవారం| ಅಕ್ಟೋಬರ್| ಆಗಸ್ಟ್| ಏಪ್ರಿಲ್| ಗುರುವಾರ| ಜನವರಿ| ಜುಲೈ| ಜೂನ್| ಡಿಸೆಂಬರ್| ನವೆಂಬರ್| ಫೆಬ್ರವರಿ| ಬುಧವಾರ|
ಭಾನುವಾರ| ಮಂಗಳವಾರ| ಮಾರ್ಚ್| ಮೇ| ಶನಿವಾರ| ಶುಕ್ರವಾರ| ಸೆಪ್ಟೆಂಬರ್| ಸೋಮವಾರ| ഏപ്രിൽ| ഒക്_ടോബർ| ഒക്ടോബർ| ഓഗസ്റ്റ്| ചൊവ്വാഴ്ച|
ജനുവരി| ജൂലൈ| ജൂൺ| ഞായറാഴ്_ച| ഞായറാഴ്ച| ഡിസംബർ| തിങ്കളാഴ്_ച| തിങ്കളാഴ്ച| നവംബർ| ഫെബ്രുവരി| ബുധനാഴ്_ച| ബുധനാഴ്ച|
മാർച്ച്| മേയ്| വെള്ളിയാഴ്_ച| വെള്ളിയാഴ്ച| വ്യാഴാഴ്_ച| വ്യാഴാഴ്ച| ശനിയാഴ്_ച| ശനിയാഴ്ച| സെപ്റ്റംബർ| අගෝස්තු| අඟහරුවාදා|
අප්_රේල්| අප්රේල්| ඉරිදා| ඔක්තෝබර්| ජනවාරි| ජූනි| ජූලි| දෙසැම්බර්| නොවැම්බර්| පෙබරවාරි| බදාදා| බ්_රහස්පතින්දා|
බ්රහස්පතින්දා| මාර්තු| මැයි| සඳුදා| සැප්තැම්බර්| සිකුරාදා| සෙනසුරාදා| กรกฎาคม| กันยายน| กุมภาพันธ์| ตุลาคม| ธันวาคม|
พฤศจิกายน| พฤษภาคม| มกราคม| มิถุนายน| มีนาคม| วันจันทร์| วันพฤหัสบดี| วันพุธ| วันศุกร์| วันอังคาร| วันอาทิตย์|
วันเสาร์| สิงหาคม| เมษายน| ກັນຍາ| ກຸມພາ| ກໍລະກົດ| ຕຸລາ| ທັນວາ| ພະຈິກ| ພຶດສະພາ| ມັງກອນ| ມິຖຸນາ| ມີນາ| ວັນຈັນ|
ວັນພະຫັດ| ວັນພຸດ| ວັນສຸກ| ວັນອັງຄານ| ວັນອາທິດ| ວັນເສົາ| ສິງຫາ| ເມສາ| ကြာသပတေး| စက်တင်ဘာ| စနေ| ဇန်နဝါရီ| ဇူလိုင်|
ဇွန်| တနင်္ဂနွေ| တနင်္လာ| ဒီဇင်ဘာ| နိုဝင်ဘာ| ဖေဖော်ဝါရီ| ဗုဒ္ဓဟူး| မတ်| မေ| သောကြာ| အင်္ဂါ| အောက်တိုဘာ| ဧပြီ| ဩဂုတ်|
აგვისტო| აპრილი| დეკემბერი| თებერვალი| იანვარი| ივლისი| ივნისი| კვირა| მაისი| მარტი| ნოემბერი| ოთხშაბათი| ორშაბათი|
ოქტომბერი| პარასკევი| სამშაბათი| სექტემბერი| შაბათი| ხუთშაბათი| ለካቲት| ሐሙስ| ሓሙስ| ሓምለ| ሕዳር| መስከረም| መጋቢት| ሚያዝያ| ማርች|
ማክሰኞ| ሜይ| ረቡዕ| ሰሉስ| ሰነ| ሰኑይ| ሰንበት| ሰኞ| ሴፕቴምበር| ቀዳም| ቅዳሜ| ታሕሳስ| ነሓሰ| ኖቬምበር| ኤፕሪል| እሑድ| ኦክቶበር| ኦገስት| ዓርቢ| ዓርብ| ዲሴምበር|
ጁላይ| ጁን| ጃንዋሪ| ጉንበት| ጥሪ| ጥቅምቲ| ፌብሩዋሪ| កក្កដា| កញ្ញា| កុម្ភៈ| ច័ន្ទ| តុលា| ធ្នូ| ពុធ| ព្រហស្បតិ៍| មករា| មិថុនា| មីនា|
មេសា| វិច្ឆិកា| សីហា| សុក្រ| សៅរ៍| អង្គារ| អាទិត្យ| ឧសភា| 一月| 七月| 三月| 九月| 二月| 五月| 八月| 六月| 十一月|
十二月| 十月| 四月| 土曜日| 日曜日| 星期一| 星期三| 星期二| 星期五| 星期六| 星期四| 星期日| 月曜日| 木曜日| 水曜日|
火曜日| 金曜日| 금요일| 목요일| 수요일| 월요일| 일요일| 토요일| 화요일
"""

HOURS = """
0 = canol_nos| e_mesnates| ejfel| gauerdia| gece_yarisi| gecəyari| hatinggabi| keskiyo| keskiyolla| keskoo| keskool|
la_miezul_noptii| medianoite| meia_noite| mesnate| mezzanotte| middernacht| middernag| midn| midnat| midnatt|
midnight| miezul_noptii| minuit| mitjanit| mitternacht| miðnætti| nua_đem| o_poln| o_polnoci| o_połnocy| opoln|
opolnoci| poln| polnoc| ponoc| połnoc| puln| pulnoc| pusnakti| pusnakts| saa_sita_za_usiku| tengah_malam|
vidurnaktis| yarim_tun| полн| полнок| полночь| полунощ| поноћ| північ| түн_жарымы| түн_ортосу| шөнө_дунд| կեսգիշեր|
կեսգիշերին| חצות| ادهي_رات| في_المسا| منتصف_الليل| نيمه_شب| نيمهشب| मध्यरात| मध्यरात्र| मध्यरात्रि| ਅੱਧੀ_ਰਾਤ|
મધ્યરાત્રિ| நள்ளிரவு| అర్ధరాత్రి| ಮಧ್ಯ_ರಾತ್ರಿ| ಮಧ್ಯರಾತ್ರಿ| അർദ്ധരാത്രി| මැදියම| මැදියමට_පසු| เที่ยงคืน| ທ່ຽງຄືນ|
သန်းခေါင်ယံ| შუაღამე| შუაღამეს| እኩለ_ሌሊት| អធ្រាត្រ| 午夜| 真夜中| 자정
0,1,2,19,20,21,22,23 = രാത്രി
0,1,2,21,22,23 = இரவு| 밤
0,1,2,22,23 = בלילה| לילה
0,1,2,3 = e_nates| gecə| nate| нок| ноке| ночі| ніч
0,1,2,3,19,20,21,22,23 = usiku
0,1,2,3,20,21,22,23 = βραδυ| το_βραδυ| رات| رات_ميں| रात| রাত্রি| রাত্রিবেলায়| રાત્રિ| રાત્રે
0,1,2,3,21,22,23 = ejjel| po_noci| đem| रात्र| ਰਾਤ| ਰਾਤੀਂ
0,1,2,3,22,23 = v_n| v_noci| ночи| ночь| през_нощта
0,1,2,3,23 = 夜中
0,1,2,3,4 = die_nag| nachts| nag| nat| om_natten| 凌晨
0,1,2,3,4,20,21,22,23 = ກາງຄືນ| ຕອນກາງຄືນ
0,1,2,3,4,21,22,23 = ღამ| ღამე| ღამით
0,1,2,3,4,22,23 = noaptea
0,1,2,3,4,23 = oosel| yo| yolla
0,1,2,3,4,5 = 's_nachts| að_nottu| da_madrugada| de_la_madrugada| di_notte| entathakusa| goiz| goizald| goizaldea|
goizaldeko| madrugada| matinada| nacht| naktis| natt| ng_umaga| nott| notte| pa_natta| pa_natten| umaga| գիշեր|
գիշերը| գիշերվա| ሌሊት| በሌሊት
0,1,2,3,4,5,21,22,23 = gece| noc| nocu| w_nocy| ноћ| ноћу| түн| түн_ичинде| түнгі| шөнө| రాత్రి| ರಾತ್ರಿ| กลางคืน
0,1,2,3,4,5,22,23 = kechasi| ponoci
0,1,2,3,4,5,23 = nakti| nakts
0,1,2,3,4,5,6,7,8,9,10,11 = a_m| am| ap| bore| da_manha| de| dop| dopoldne| du_mat| du_matin| e_paradites| f_h| f_m|
fh| fm| formiddag| g_on| gh| go_on| gon| goon| gunortadan_on| in_the_morning| isuk| manha| matin| moies| morning|
p_d| pagi| paradite| pd| pg| prieksp| priekspusdiena| priespiet| prijepodne| r_n| rn| sa| safiya| sf| to| vm| y_bore|
yb| π_μ| πμ| дп| пр_об| пре_подне| претпл| прије_подне| проб| таңкы| тң| ү_ө| үө| ب_ن| بن| ص| صباحا| غ_م| غم| ق_ظ|
قبل_ازظهر| قبلازظهر| قظ| چ_ب| چب| چۈشتين_بۇرۇن| पूर्वाह्न| ਪੂ_ਦੁ| ਪੂਦੁ| ପୂର୍ବାହ୍ନ| පෙ_ව| පෙව| ก่อนเที่ยง| ກ່ອນທ່ຽງ|
နံနက်| ቅ_ቀ| ቅቀ| ጥዋት| នៅពេលព្រឹក| ព្រឹក| 上午| 午前| 오전
0,1,2,3,4,5,6,7,8,9,10,11,23 = oo
0,19,20,21,22,23 = da_noite
1,2 = ل| ليلا
1,2,3 = بامداد
1,2,3,4,5 = පාන්දර
10,11 = aamup| aamupaiva| aamupaivalla| dopoldan| form| om_formiddagen| pa_form| pa_formiddagen| przed_południem|
przedpołudnie| vorm| vormittag| vormittags| претпладне
10,11,12 = emini
10,11,12,13,14 = siang
11 = ogleden_once
11,12,13 = на_обяд
11,12,13,14,15,16,17 = kunduzi
12 = adhuhuri| amiaza| canol_dydd| del| del_mediodia| do_mediodia| e_mesdites| gunorta| hadegi| keskip| keskipaiva|
keskipaivalla| keskpaev| keskpaeval| la_amiaza| mediodia| meio_dia| mesdite| mezzogiorno| midday| midi| migdia|
mittag| mittags| napol| napoludnie| noon| ogle| opold| opoldne| perpiet| podne| pol| pold| poldne| poledne| poludnie|
południe| pusd| pusdienlaika| pusdienlaiks| saa_sita_za_mchana| tanghaling_tapat| tr| trua| tush_payti| vidurdienis|
w_południe| напладне| пладне| подне| полд| полдень| полудень| талтүс| түскі| чак_түш| үд_дунд| կեսօր| կեսօրին| ظهر|
ظهرا| मध्यान्ह| நண்பகல்| ഉച്ച| මධ්_යාහ්නය| මධ්යාහ්නය| ตอนบ่าย| เที่ยง| ในตอนบ่าย| ຕອນທ່ຽງ| ທ່ຽງ| မွန်းတည့်| შუადღ|
შუადღე| შუადღეს| ቀትር| ថ្ងៃត្រង់| 中午| 正午| 정오
12,13 = eguerd| eguerdia| eguerdiko| tengah_hari| மதியம்| ഉച്ചയ്ക്ക്| දවල්
12,13,14,15 = alasiri| hapon| mchana| ng_hapon| בצהריים| צהריים| دوپهر| دوپهر_ميں| अपरान्ह| दुपार| दोपहर| দুপুর|
দুপুরবেলায়| ਦੁਪਹਿਰੇ| બપોર| બપોરે| ຕອນບ່າຍ| ສວາຍ| နေ့လယ်| 昼
12,13,14,15,16 = gunduz| μεσημ| μεσημερι| το_μεσημερι
12,13,14,15,16,17 = 's_middags| afternoon| ap_m| apm| apres_midi| chieu| de_l'apres_midi| del_pomeriggio| delutan|
di_pomeriggio| die_middag| diena| dupa_amiaza| efterm| eftir_hadegi| etterm| ettermiddag| iltap| iltapaiva|
iltapaivalla| in_the_afternoon| middag| odpoledne| ogleden_sonra| om_eftermiddagen| pa_efterm| pa_eftermiddagen|
pa_ettermiddagen| parastlouna| parastlounal| po_podne| po_południu| pomeriggio| popiete| popol| popoldan| popoludni|
popoludnie| popołudnie| poslije_podne| poslijepodne| prynhawn| siðdegis| y_prynhawn| день| дня| по_подне| попладне|
послииеподне| түстен_кеиін| түстен_кеиінгі| түштөн_кииин| у_подне| өдөр| ցերեկ| ցերեկը| ցերեկվա| మధ్యాహ్నం| ಮಧ್ಯಾಹ್ನ|
ნაშუადღ| ნაშუადღევი| ნაშუადღევს| នៅពេលរសៀល| រសៀល
12,13,14,15,16,17,18,19 = de_la_tarde
12,13,14,15,16,17,18,19,20,21,22,23 = ch| da_tarde| du| e_h| e_m| e_pasdites| eftermiddag| eh| em| g_son| gd| go_son|
goson| gson| gunortadan_son| i_n| in| ip| m_d| md| nm| nomettes| odp| os| p_m| pasdite| pecp| pecpusd| pecpusdiena|
pm| pop| popiet| popodne| popoldne| ptg| tarde| tk| wengi| yamma| yh| ym| μ_μ| μμ| попл| поподне| послије_подне| пп|
сл_об| слоб| тк| түштөн_кииинки| ү_х| үх| ب_ظ| بظ| بعدازظهر| د_ن| دن| غ_و| غو| م| مسا| چ_ك| چك| چۈشتين_كېيين|
अपराह्न| ਬਾ_ਦੁ| ਬਾਦੁ| ଅପରାହ୍ନ| ප_ව| පව| หลังเที่ยง| ຫຼັງທ່ຽງ| ညနေ| ከሰዓት| ድ_ቀ| ድቀ| 下午| 午後| 오후
13,14,15 = บ่าย
13,14,15,16,17 = nachm| nachmittag| nachmittags| بعد_الظهر
13,14,15,16,17,18 = ntambama| tarda| عصر
14 = ഉച്ചതിരിഞ്ഞ്
14,15 = பிற்பகல்
14,15,16,17 = следобед| හවස
14,15,16,17,18 = arrats| arratsaldea| arratsaldeko| petang
15,16,17 = sore| വൈകുന്നേരം
16,17 = אחה״צ| אחר_הצהריים| سه_پهر| বিকাল| மாலை| ตอนเย็น| ในตอนเย็น
16,17,18 = jioni| साँझ| 夕方
16,17,18,19 = शाम| સાંજ| સાંજે| ຕອນແລງ| ແລງ
16,17,18,19,20 = संध्याकाळ| ਸ਼ਾਮ| ਸ਼ਾਮੀਂ
16,17,18,19,20,21,22,23 = gabi| ng_gabi
17,18 = axsamustu
17,18,19 = απογ| απογευμα| το_απογευμα
18 = aksamustu| സന്ധ്യ
18,19 = شام| شام_ميں| সন্ধ্যা| সন্ধ্যাবেলায়
18,19,20 = este| evening| in_the_evening| navecer| toi| uvece| vece| wieczor| wieczorem| вече| кечинде| кечкурун|
кеш| кешкі| орои| увече| அந்தி_மாலை| సాయంత్రం| ಸಂಜೆ| ค่ํา| საღ| საღამო| საღამოს| នៅពេលល្ងាច| ល្ងាច| 저녁
18,19,20,21 = kechqurun| seara| vec| vecer| zvec| zvecer| веч| вечера| вечерта| בערב| ערב
18,19,20,21,22 = illalla| ilta| ohtu| ohtul| vakara| vakars
18,19,20,21,22,23 = 's_avonds| aand| abend| abends| aften| avond| að_kvoldi| di_sera| die_aand| du_soir| e_mbremjes|
kvall| kveld| kvold| malam| mbremje| om_aftenen| pa_kvallen| pa_kvelden| sera| soir| vakaras| yr_hwyr| вечер| вечора|
вечір| навечер| երեկո| երեկոյան| රෑ| ምሽት| በምሽት
19,20 = aksam| iluntz| iluntzea| iluntzeko| vespre
19,20,21 = बेलुकी
19,20,21,22 = 夜
19,20,21,22,23 = axsam| ebusuku| noite| شب| ည| 晚上
20,21,22,23 = de_la_noche| noche
21,22,23 = at_night| gaua| gaueko| night| nit| នៅពេលយប់| យប់
3,4 = அதிகாலை
3,4,5 = לפנות_בוקר| فجرا| في_الصباح| പുലർച്ചെ| 아침
4,5 = hajnal| subh| पहाट| ভোর| ভোরবেলায়
4,5,6 = alfajiri
4,5,6,7,8 = e_mengjesit| mengjes
4,5,6,7,8,9 = rano| наутро
4,5,6,7,8,9,10 = сутринта
4,5,6,7,8,9,10,11 = mat| sang| ujutro| πρωι| το_πρωι| ранку| ранок| утра| утро| ујутру| јутро| صبح| صبح_ميں| बिहान|
सुबह| ਸਵੇਰੇ| સવાર| સવારે| 朝
5,6,7 = 早上| 清晨
5,6,7,8,9 = aamu| aamulla| morgen| morgens| morgon| om_morgenen| pa_morg| pa_morgonen
5,6,7,8,9,10,11 = die_oggend| dimineata| hommik| hommikul| oggend| காலை| ຕອນເຊົ້າ| ເຊົ້າ| დილ| დილა| დილით
6,7,8 = reggel
6,7,8,9 = ekuseni| jut| morg| pa_morgenen| zjut| zjutraj
6,7,8,9,10 = ertalab| sabah
6,7,8,9,10,11 = 's_ochtends| að_morgni| da_mana| de_la_manana| di_mattina| goiza| goizeko| jutro| madaling_araw|
mana| manana| mati| mattina| morgunn| no_rita| ochtend| rits| rytas| səhər| ujutru| таң| таңғы| эртең_менен| өглөө|
առավոտ| առավոտյան| בבוקר| בוקר| सकाळ| সকাল| সকালবেলায়| ఉదయం| ಬೆಳಗ್ಗೆ| രാവിലെ| උදේ| ตอนเช้า| ในตอนเช้า
7,8,9,10,11 = asubuhi
9,10,11 = delelott| dopol| dopoledne| dopoludnia| dopoludnie
"""

UNITS = """
1 = amasekhondi| daƙiƙa| daƙiƙoƙi| de_secunde| detik| dtk| eil| eiliad| giay| il_sek| il_sekonda| ilbiriqsi| ilbrqsi|
isekhondi| masodperc| masodperccel| mp| na_segundo| s_sen| san| saniye| saniyə| se| sec| second| seconde| seconden|
secondes| secondi| secondo| seconds| secs| secunda| secunde| seg| segon| segons| segundo| segundos| sekhondi|
sekonde| sekondes| sekondi| sekonn| sekonnen| sekund| sekunda| sekundama| sekundami| sekunde| sekundem| sekunden|
sekunder| sekundes| sekundi| sekundir| sekundit| sekundo| sekundou| sekundu| sekundum| sekundur| sekundy| sekundziu|
sekunt| sekunti| sekuntia| sekunzu| shoic| shoicind| sn| soic| soicind| son| soniya| δ| δευτ| δευτερολεπτα|
δευτερολεπτο| сек| секунд| секунда| секунде| секунди| секунду| секунды| секундын| վ| վայրկյան| վրկ| שניה| שניות| ث|
ثانيه| ثانيې| ثوان| سيكنڈ| سېكۇنت| से| सेकंड| सेकंद| सेकेन्ड| ছেকেণ্ড| সেঃ| সেকেন্ড| ਸਕਿੰਟ| સે| સેકંડ| ସେ| ସେକେଣ୍ଡ|
ସେକ୍| வி| விநா| விநாடி| விநாடிகளுக்கு| விநாடிகள்| விநாடிக்கு| సె| సెక| సెకను| సెకన్ల| సెకన్లు| ಸೆಕೆಂ| ಸೆಕೆಂಡುಗಳ|
ಸೆಕೆಂಡುಗಳು| ಸೆಕೆಂಡ್| സെ| സെക്കൻഡ്| ත| තත්| තත්පර| วิ| วินาที| ວິ| ວິນາທີ| စက္ကန့်| წამი| წამის| წმ| ሰከ| ሰከንድ| ሰከንዶች|
ሴ| ሴኮንድ| វិនាទី| 秒| 秒钟| 초
1,2 = sek| sekonda| שנ
2 = שנייה| ثانيه_واحده
2592000 = ay| bil| bilood| bln| bulan| buwan| de_luni| fis| hil| hilabete| honap| honappal| il_xahar| inyanga|
izinyanga| kk| kuu| kuud| kuukausi| kuukautta| luna| luni| m_c| m_ca| m_ce| m_cy| maand| maande| maanden| man|
man_sen| manad| manadar| manader| manað| manaðir| manaður| maned| maneder| manuði| manuðir| manuðum| manuður| md|
mdr| meint| men| menesa| menesi| menesiai| menesiem| menesio| menesis| menesiu| menesius| menesu| menuo| mes| mese|
mesec| meseca| mesecem| mesecema| mesecev| meseci| meses| mesi| mesiac| mesiaca| mesiace| mesiacmi| mesiacom|
mesiacov| mesic| mesice| mesicem| mesici| mesicu| mesos| mhi| mi| mies| miesiac| miesiaca| miesiace| miesiecy| miezi|
mis| mj| mjesec| mjeseca| mjeseci| mnd| mnð| mo| mois| mon| monat| monate| monaten| month| months| mount| mth| mths|
muaj| mwezi| nyanga| oy| sasi| thang| wat| wata| watanni| wtnn| xhur| μ| μην| μηνα| μηνασ| μηνεσ| аи| мес| месец|
месеца| месеци| месяц| месяца| месяцау| месяцев| месяцы| міс| місяць| місяця| місяці| місяців| мјес| мјесец| мјесеца|
мјесеци| сар| сарын| ա| ամիս| ամս| ח| חודשים| اشهر| شهر| شهرا| ماه| مهينه| مهيني| مياشت| مياشتې| ياي| म| महिना|
महिने| महीना| महीने| माह| মাস| মাহ| ਮਹੀਨਾ| ਮਹੀਨੇ| મ| મહિના| મહિનો| ମା| ମାସ| மா| மாத| மாதங்களுக்கு| மாதங்கள்|
மாதத்துக்கு| மாதம்| నె| నెల| నెలల| నెలలు| ತಿಂ| ತಿಂ_ಗಳು| ತಿಂಗಳ| ತಿಂಗಳು| ತಿಂಗಳುಗಳ| മാ| മാസം| මා| මාස| เดือน| ດ| ເດືອນ|
လ| თვე| თვის| ወራት| ወር| ខែ| か月| 个月| 個月| 개월
2592000,2592001 = xahar| חו| חודש
2592001 = شهر_واحد
2592002 = deufis| xahrejn| חודשיים| شهرين
3 = שתי_שנ| שתי_שניות| ثانيتين
31536000 = aasta| aastat| an| ani| anni| anno| ano| anos| ans| any| anys| ar| ar_sen| ari| arum| bhl| bhliain| bl|
bliain| bliana| blynedd| de_ani| ev| evvel| flwyddyn| flynedd| gada| gadi| gadiem| gads| gadu| god| godina| godine|
godinu| il_sena| jaar| jahr| jahre| jahren| joer| jr| lat| lata| let| leti| leto| letom| letoma| lety| mbl| mbliana|
metai| metu| metus| miaka| mlynedd| mwaka| na_taon| nam| o_flynyddoedd| rok| roka| rokem| rokmi| rokom| rokov| roku|
roky| sannad| sannado| sannadood| shekara| shekaru| shkr| shkru| snd| snin| tahun| taon| taun| thn| urte| vit| vjet|
vuosi| vuotta| year| years| yil| yr| yrs| yyl| ετ| ετη| ετοσ| гадоу| гады| года| године| ж| жил| жилиин| жыл| л| лет|
р| роки| року| років| рік| տ| տարի| שנים| سال| سنه| سنوات| كال| كاله| كالونه| ييل| व| वर्ष| वर्षे| বছর| বছৰ| বছৰৰ|
ਸਾਲ| વ| વર્ષ| ବ| ବର୍ଷ| ஆ| ஆண்டிற்கு| ஆண்டு| ஆண்டுகளுக்கு| ஆண்டுகள்| సం| సంవత్సరం| సంవత్సరాల| సంవత్సరాలు| ವ| ವರ್ಷ|
ವರ್ಷಗಳ| ವರ್ಷಗಳು| ವರ್ಷದ| ವರ್ಷವು| വ| വർഷം| ව| වසර| ปี| ປ| ປີ| နှစ်| წ| წელი| წლის| ዓ| ዓመታት| ዓመት| ឆ្នាំ| 年| 년
31536000,31536001 = sena| שנה
31536001 = blwyddyn| sa_sena| سنه_واحده
31536002 = sentejn| שנתיים| سنتين
3600 = amahora| de_ore| gio| godz| godzin| godzina| godzine| godziny| heure| heures| hodin| hodina| hodinami|
hodinou| hodiny| hora| horas| hores| hour| hours| hrs| huaire| ihora| il_siegħa| jam| klst| klukkustund|
klukkustundir| klukkustundum| n_uaire| na_oras| ora| oras| oraval| ordu| ore| sa| saa| saacad| saacadood| sag| sagat|
sat| sata| sati| sa′a| sa′o′i| scd| sg| sigħat| soat| st| std| stonn| stonnen| stunda| stundam| stundas| stunde|
stunden| stundu| tim| tim_sedan| timar| time| timer| timi| timmar| timme| tund| tundi| tunni| tunti| tuntia| uair|
ur| ura| urama| urami| ure| uri| uro| uur| val| valanda| valandas| valandos| valandu| ω| ωρα| ωρεσ| гадз| гадзін|
гадзіна| гадзіну| гадзіны| годин| саат| сат| сата| сати| сағ| сағат| ст| ц| цаг| цагиин| ч| час| часа| часов| ժ| ժամ|
שע| שעות| س| ساعات| ساعت| ساعتونه| ساعه| سايهت| گهنٹه| گهنٹي| घं| घंटा| घंटे| घण्टा| ता| तास| ঘঃ| ঘণ্টা| ঘন্টা| ਘੰਟਾ|
ਘੰਟੇ| ક| કલાક| ଘ| ଘଣ୍ଟା| ம| ம_நே| மணி| மணிநேரங்கள்| மணிநேரம்| மநே| గం| గంట| గంటల| గంటలు| ಗಂ| ಗಂಟೆ| ಗಂಟೆಗಳ| ಗಂಟೆಗಳು|
ಗಂಟೆಯು| മ| മണിക്കൂർ| පැය| ชม| ชั่วโมง| ຊມ| ຊົ່ວໂມງ| နာရီ| საათი| საათის| სთ| ሰዓ| ሰዓታት| ሰዓት| ሰዓቶች| ម៉ោង| 小时| 小時|
時間| 시간
3600,3601 = awr| siegħa| שעה
3601 = ساعه_واحده
3602 = sagħtejn| שעתיים| ساعتين
60 = amaminithi| dak| dakika| daq| daqiiqad| daqiiqadood| daqiiqo| daqiqa| de_minute| dk| dqqd| dəq| dəqiqə| funud|
il_min| il_minuta| iminithi| menit| min_sen| minit| mins| minti| mintoci| minuciu| minusu| minut| minutama| minutami|
minute| minutem| minuten| minuter| minutes| minuti| minutit| minuto| minutos| minutou| minuts| minutt| minutten|
minutter| minuttir| minuttur| minutu| minutum| minutur| minuty| minuut| minuutti| minuuttia| mun| munud| na_minuto|
noim| noimead| perc| perccel| phut| umzuzu| λ| λεπ| λεπτα| λεπτο| мин| минут| минута| минути| минуту| минуты|
минутын| мүн| мүнөт| х| хв| хвилин| хвилина| хвилини| хвилину| хвілін| хвіліна| хвіліну| хвіліны| ր| րոպե| דק| דקות|
د| دقايق| دقيقه| دقيقې| منٹ| مينۇت| मि| मिनट| मिनि| मिनिट| मिनिटे| मिनेट| মিঃ| মিনিট| ਮਿੰਟ| મિ| મિનિટ| ମି| ମିନିଟ୍|
நி| நிமி| நிமிட| நிமிடங்களுக்கு| நிமிடங்கள்| நிமிடத்திற்கு| நிமிடம்| ని| నిమి| నిమిషం| నిమిషాల| నిమిషాలు| ನಿಮಿ|
ನಿಮಿಷಗಳ| ನಿಮಿಷಗಳು| ನಿಮಿಷದ| ನಿಮಿಷವು| മി| മിനിറ്റ്| මි| මිනි| මිනිත්තු| นาที| ນທ| ນາທີ| မိနစ်| წთ| წუთი| წუთის| ደ| ደቂ|
ደቂቃ| ደቂቃዎች| ደቒቓ| ደቒቓታት| នាទី| 分| 分鐘| 分钟| 분
60,61 = min| minuta| דקה
604800 = (na)_linggo| amaviki| aste| de_saptamani| gimgħat| hafta| hep| hepde| het| hettel| hf| hft| həftə|
il_gimgħa| iviki| jave| linggo| mako| makonni| mgg| mgu| minggu| mk| mkn| na_linggo| nad| nadal| nadala| nadalat|
ned| nedela| nedelam| nedelas| nedelja| nedelje| nedelu| pekan| peken| sapt| saptamana| saptamani| sav| savaiciu|
savaite| savaites| scht| seachtain| seachtaine| sed| sedm| sedmica| sedmice| sedmicu| sem| semaine| semaines| semana|
semanas| setm| setmana| setmanes| sett| settimana| settimane| shcht| sheachtain| tdbd| ted| teden| tedna| tedni|
tednom| tednoma| tednov| tj| tjedan| tjedana| tjedna| toddobaad| toddobaadyo| tuan| tyd| tyden| tydne| tydnem| tydnu|
tydny| tydz| tydzien| tyg| tygodni| tygodnia| tygodnie| tyz| tyzden| tyzdna| tyzdnami| tyzdne| tyzdnom| tyzdnov| uge|
uger| uke| uker| v_sedan| vecka| veckor| veke| veker| vi| viikko| viikkoa| vika| viki| viku| vikum| vikur| vk| week|
weeks| weke| weken| wiki| wk| wkn| wks| wo| woch| woche| wochen| ws| wythnos| εβδ| εβδομαδα| εβδομαδεσ| ап| апт|
апта| д_х| долоо_хоног| долоо_хоногиин| дх| н| нед| недели| недель| неделю| неделя| недеља| недеље| сед| седм|
седмица| седмице| седмици| седмицу| т| тиж| тиждень| тижня| тижні| тижнів| тыд| тыдз| тыдзень| тыдня| тыдняу| тыдні|
շ| շաբ| շաբաթ| שבועות| ا| اسابيع| اسبوع| اسبوعا| اونۍ| هفته| هفتي| ههپته| आ| आठवडा| आठवडे| सप्ताह| हप्ता| সপ্তাহ|
ਹਫ਼ਤਾ| ਹਫ਼ਤੇ| અઠ| અઠવાડિયા| અઠવાડિયું| ସପ୍| ସପ୍ତା| ସପ୍ତାହ| வா| வார| வாரங்களுக்கு| வாரங்கள்| வாரத்திற்கு| வாரம்| వా|
వారం| వారాల| వారాలు| ವಾ| ವಾರ| ವಾರಗಳ| ವಾರಗಳು| ವಾರದ| ವಾರವು| ആ| ആഴ്ച| ස| සති| สัปดาห์| ອທ| ອາທິດ| ပတ်| კვ| კვირა|
კვირის| კვრ| ሰሙ| ሰሙናት| ሰሙን| ሳምንታት| ሳምንት| សប្ដាហ៍| 周| 週| 週間| 주
604800,604801 = gimgħa| שב| שבוע
604801 = اسبوع_واحد
604802 = gimagħtejn| pythefnos| שבועיים| اسبوعين
61 = دقيقه_واحده
62 = שתי_דק| שתי_דקות| دقيقتين
86400 = (na)_araw| araw| d_sedan| da| dae| dag| dagar| dage| dagen| dagur| dan| dana| day| days| ddiwrnod| de_zile|
deeg| degi| den| dgn| dia| dias| diena| dienam| dienas| dienos| dienu| dies| dina| dite| diwrnod| dna| dnami| dne|
dnem| dneva| dnevi| dnevom| dnevoma| dni| dnia| dnom| dnu| dny| dogum| dygn| dzien| døgn| egun| gg| giorni| giorno|
granet| gun| hari| il_gurnata| izinsuku| jour| jours| kun| la| maalin| maalmood| mln| na_araw| nap| nappal| ngay|
oopaev| oopaeva| paev| paeva| paiva| paivaa| pv| rana| ranaku| rnk| siku| suku| tag| tage| tagen| tg| usuku| zi|
zile| η| ημ| ημερα| ημερεσ| д| дан| дана| ден| дена| день| дзен| дзень| дн| днеи| дни| дня| дні| днів| к| кн| күн|
сут| сутак| суткі| хоног| өдриин| օ| օր| י| יום| ימ| ימים| ايام| دن| دنوں| روز| كۈن| ورځ| ورځې| ي| يوم| يوما| दि|
दिन| दिवस| দিন| ਦਿਨ| દિ| દિવસ| ଦିନ| நா| நாட்களுக்கு| நாட்கள்| நாளுக்கு| நாள்| రో| రోజు| రోజుల| రోజులు| ದಿ| ದಿನ|
ದಿನಗಳ| ದಿನಗಳು| ದಿನದ| ದಿನವು| ദി| ദിവസം| දි| දින| วัน| ມ| ມື້| ရက်| დღე| დღის| መ| መዓልቲ| መዓልታት| ቀ| ቀናት| ቀን| ቀኖች| ថ្ងៃ|
天| 日| 일
86400,86401 = gurnata
86401 = يوم_واحد
86402 = jumejn| יומיים| يومين
"""

UNITS_IN = """
1 = #ago:s| #ang_nakalipas:s| #eest:s| #fa:s| #gabata:d| #gelede:s| #geleden:s| #ilu:s| #kahor:il| #lalu:s|
#lalu:saat| #oldin:s| #siden:s| #sitten:s| #siðan:s| #temu:s| #бұрын:с| #назад:с| #таму:с| #тому:с| #مخكې:s|
#ييلگيري:s| #پيش:s| #前:s| acum#:s| duela#:s| fa#:s| for#:s| for#sedan:s| for#sidan:s| for#siden:s| ha#:s| hace#:s|
hai#:s| il_y_a#:s| pirms#:s| pre#:s| pred#:s| pries#:s| prije#:s| vor#:s| пр#:с| пре#:с| преди#:с| ပြီးခဲ့သည့်#:s
1,3600 = ከ#በፊት:ሰ
1,604800 = пред#:с
2592000 = #ezelott:h| #gabata:w| #ilu:m| #o_shin:m| #on:a| #once:a| #yn_ol:m| #назад:м| #тому:м| #өмнө:с| acum#:l|
fa#:m| hace#:m| hai#:m| pirms#:m| пр#:м| преди#:м
31536000 = #eest:a| #gelede:j| #oncə:il| #sitten:v| #temu:l| #temu:r| #назад:г| #назад:год| #таму:г| #таму:год|
acum#:a| duela#:u| for#:a| for#sedan:a| for#sidan:a| for#siden:a| fyrir#:a| hace#:a| hai#:a| il_y_a#:a| pirms#:g|
pre#:g| pred#:l| pred#:r| pries#:m| prije#:g| vor#:j| пр#:г| пр#:год| пр#:година| пр#:години| пре#:г| пре#:год|
пре#:година| пред#:г| пред#:год| пред#:година| пред#:години| преди#:г| преди#:год| преди#:година| преди#:години|
прије#:год| прије#:година| прије#:годину
3600 = #ago:h| #ago:hr| #eest:t| #fa:h| #gelede:u| #geleden:u| #ilu:h| #kepungkur:j| #lalu:j| #o_shin:u| #once:s|
#once:saat| #oncə:saat| #siden:t| #sitten:t| #siðan:t| #temu:h| #yang_lalu:j| #мурн:с| #мурун:с| #тому:г| #тому:год|
#тому:година| #тому:години| #тому:годину| #مخكې:h| #ييلگيري:h| #پيش:h| #前:h| acum#:h| duela#:h| fa#:h| for#:h|
for#sedan:h| for#sidan:t| for#siden:t| ha#:h| hace#:h| hai#:h| il_y_a#:h| pirms#:h| pred#:h| pries#:h| prije#:h
3600,31536000 = #gabata:s| #kahor:s
60 = #ang_nakalipas:m| #ezelott:p| #gabata:mnt| #kahor:d| #kepungkur:mnt| #lalu:mnt| #o_shin:n| #on:m| #once:d|
#yang_lalu:mnt| #ييلگيري:m| #پيش:m| acum#:m| prije#:m
60,2592000 = #ago:m| #geleden:m| #siden:m| #siðan:m| #مخكې:m| #前:m| for#:m| for#sedan:m| for#sidan:m| for#siden:m|
il_y_a#:m| pre#:m| pred#:m| vor#:m| пре#:м| пред#:м
604800 = #ago:w| #eest:n| #gabata:m| #gelede:w| #geleden:w| #ilu:w| #kahor:t| #on:h| #once:h| #siden:u| #siðan:v|
#temu:t| #yn_ol:w| #مخكې:w| #前:w| for#:v| for#sedan:v| for#sidan:v| for#siden:u| fyrir#:v| pirms#:n| pre#:n|
pred#:t| vor#:w
604800,31536000 = #πριν:ε| πριν_απο#:ε| לפני#:ש′
86400 = #ago:d| #eest:p| #fa:g| #gabata:r| #gelede:d| #geleden:d| #ilu:d| #kahor:m| #kepungkur:d| #lalu:h| #lalu:hr|
#on:g| #once:g| #siden:d| #siðan:d| #temu:d| #yang_lalu:h| #yang_lalu:hr| #yn_ol:d| #مخكې:d| #前:d| fa#:d| for#:d|
for#sedan:d| for#sidan:d| for#siden:d| fyrir#:d| hace#:d| hai#:d| il_y_a#:j| pirms#:d| pre#:d| pred#:d| pries#:d|
prije#:d| vor#:t
"""

FRAMES = """
#ago| #ang_nakalipas| #eest| #ezelott| #fa| #gabata| #gelede| #geleden| #ilu| #kahor| #kepungkur| #lalu| #me_pare|
#o_shin| #oldin| #on| #once| #oncə| #siden| #sitten| #siðan| #temu| #truoc| #yang_lalu| #yn_ol| #πριν| #бұрын| #мурн|
#мурун| #назад| #таму| #тому| #өмнө| #առաջ| #مخكې| #ييلگيري| #پهلي| #پيش| #पहले| #পূৰ্বে| #ਪਹਿਲਾਂ| #પહેલાં| #ପୂର୍ବେ|
#முன்| #క్రితం| #ಹಿಂದೆ| #മുമ്പ്| #කට_පෙර| #ที่แล้ว| #ກ່ອນ| #წინ| #មុន| #前| #전| acum#| duela#| fa#| for#| for#sedan|
for#sidan| for#siden| fyrir#| ha#| hace#| hai#| il_y_a#| pirms#| pre#| pred#| pries#| prije#| vor#| πριν_απο#| пр#|
пре#| пред#| преди#| прије#| לפני#| قبل#| ပြီးခဲ့သည့်#| ከ#በፊት
"""

DAYS = """
0 = aujourd'hui| avui| azi| bu_gun| bugun| danas| danes| dino_iki| dnes| dzis| dzisiaj| gaur| hari_ini| haut| heddiw|
heute| hoje| hom_nay| hoxe| hoy| i_dag| idag| illum| inniu| leo| ma| maanta| namhlanje| ngayong_araw| oggi| siandien|
sodien| sot| su_gun| tana| tanaan| today| vandaag| vandag| yau| σημερα| бүгін| бүгүн| данас| денес| днес| сегодня|
сення| сьогодні| өнөөдөр| այսօր| היום| اج| اليوم| امروز| بۈگۈن| نن| आज| আজ| আজি| ਅੱਜ| આજે| ଆଜି| இன்று| ఈ_రోజు| ಇಂದು|
ഇന്ന്| අද| วันนี้| ມື້ນີ້| ယနေ့| დღეს| ሎሚ| ዛሬ| ថ្ងៃនេះ| 今天| 今日| 오늘
1 = ahir| atzo| ayer| ddoe| dje| dun| dunən| duyn| eile| eilen| geschter| gestern| gister| gisteren| hier| hom_qua|
i_gar| i_gjar| i_gær| ieri| igar| inne| izolo| jana| jiya| juce| jucer| kahapon| kecha| kemarin| lbieraħ| onte|
ontem| semalam| semlm| shalay| tegnap| vakar| vcera| vceraj| wcz| wczoraj| wingi| yesterday| χθεσ| вчера| кечээ|
кеше| учора| јуче| өчигдөр| երեկ| אתמול| امس| تۈنۈگۈن| ديروز| پرون| گزشته_كل| कल| काल| बीता_कल| हिजो| কালি| গতকাল|
ਬੀਤਿਆ_ਕੱਲ੍ਹ| ગઈકાલે| ଗତକାଲି| நேற்று| నిన్న| ನಿನ್ನೆ| ഇന്നലെ| ඊයේ| เมื่อวาน| ມື້ວານ| မနေ့က| გუშინ| ትላንትና| ትማሊ| ትናንት|
ម្សិលមិញ| 昨天| 昨日| 어제
2 = abans_d'ahir| aizvakar| alaltaieri| anteayer| anteontem| antonte| araw_bago_ang_kahapon| aru_inne| avant_hier|
echdoe| eergister| eergisteren| evvelsi_gun| fyrradagin| herenegun| hom_kia| i_forgars| i_forrgar| i_fyrradag|
i_førgar| juzi| kelmarin| kemarin_dulu| l'altro_ieri| predevcirem| predvcerajsnjim| predvcerom| prekjuce| prekjucer|
przedwczoraj| selumbari| tegnapelott| toissa_paivana| toissap| uleeile| usuku_olwandulela_olwayizolo| uzvakar|
vorgestern| προχθεσ| алдыңгүні| алдыңғы_күні| завчера| мурдагы_күнү| онзи_ден| пазаучора| позавчера| позавчора|
прекјуче| уржигдар| երեկ_չէ_առաջի_օրը| նախանցյալ_օրը| שלשום| اول_امس| پريروز| گزشته_پرسوں| अस्ति| परसों| গত_পরশু|
পৰহি| ગયા_પરમદિવસે| நேற்று_முன்_தினம்| మొన్న| ಮೊನ್ನೆ| മിനിഞ്ഞാന്ന്| පෙරේදා| เมื่อวานซืน| ມື້ກ່ອນ| တစ်နေ့က| გუშინწინ|
ከትናንት_ወዲያ| ម្សិលម៉្ងៃ| 一昨日| 前天| 그저께
"""

NOW = """
acum| agora| ahora| anois| ara| bay_gio| dabar| hazir| hozir| imika| iminka| indi| issa| jetzt| maintenant| manje|
most| na| nawr| ngayon| no| nou| now| nu| nuna| nuud| nyni| nyt| ora| orain| sad| sada| saiki| sasa_hivi| sekarang|
simdi| tagad| tani| teraz| yanzu| zdaj| τωρα| азыр| зараз| одоо| сада| сега| сеичас| цяпер| қазір| հիմա| עכשיו| اب|
اكنون| الان| اوس| अब| अहिले| आत्ता| এখন| এতিয়া| ਹੁਣ| હમણાં| ବର୍ତ୍ତମାନ| இப்போது| ప్రస్తుతం| ಈಗ| ഇപ്പോൾ| දැන්| ขณะนี้|
ຕອນນີ້| ယခု| ახლა| ሕጂ| አሁን| ឥឡូវ| 今| 现在| 現在| 지금
"""
