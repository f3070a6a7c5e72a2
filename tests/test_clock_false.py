"""Texts with numbers that look like times, and are none."""

import pytest

from ticker.parse.clock import stamp

NO_TIMES = """
2-1
3:2
0-0
24/7
1/2
16:9
4:3
100:1
7/10
1.2.3
2.10.4
v2.0.11
10.15.7
192.168.10.12
1.234
1,234
89,500
12,50
12,50 €
$12.50
12.50 USD
€ 9.99
12.99 zł
99.95 kr
51.3%
12.5 %
51.3% (3196)
3.5/5
4.8 (120)
34°
12 °C
-0.12
+1.25
73.02
0.57 Mb/s
12.05 km
400 m
5 km
12 kg
20 cm
3 x 4
25:10
14:60
24:00
2:1
12:345
1:2:3
8 (843) 202-12-10
+213(0)21645451
010-88050629
0800 123 456
12-34-56-78
ISBN 978-3-16
Set 2
Group B
Level 5
Round 3
Top 10
Part 2
Q2 2026
G20
U21
COVID-19
F-16
5G
4K
1080p
2026
2025-26
2024/25
1990s
May 2025
Decisions of 2026
Formula 1
Industry 4.0
Europa 4.0
iOS 17.4
Windows 11
Route 66
Psalm 10:10
Mark 12:30 says
Aged 12
5 years old
12 years
25 ans
24 ساعة
7 أيام
5 min read
5 min de lecture
8 minutes to go
2 hours
90+3
45' + 2
5 minutes for the road
12 May be the last
08.30 - 12.00 Uhr
08.10 - 12.00 Uhr
10:00-18:00
9 to 5
Open 9:00 to 17:00
Mo-Fr 8-16
Horaires : 17h00
At 14:53 the gate opened
The talks began at 14:53
Gate opens 14:53 sharp
14:53 Gate opens at the port
Fire at 9 a.m. in the port
Ministers meet on 12 May 2025
12 May: ministers meet
Two dead, 5 minutes ago
عاجل 24/7
آخر 5 أخبار
5 قتلى
انفجار قبل 5 دقائق
الوزير: 14:30 موعدنا
10 أيام بعد الحرب
90 минут
2 тайм
5 лет
3 дня войны
第101回
震度5弱
3人死亡
2014年Q2
中職二度延賽至4月11日
5강 진출
2차회의
""".strip().split("\n")


@pytest.mark.parametrize("text", NO_TIMES)
def test_a_number_with_words_or_signs_about_it_is_no_time(text):
    assert stamp(text) is None
