"""Files of kinds that no encoder at hand writes, made once: all show PIXELS."""

from base64 import b85decode

import numpy as np

_Y, _X = np.mgrid[0:16, 0:24]
PIXELS = np.dstack([10 * _X, 15 * _Y, np.full_like(_X, 120)]).astype(np.uint8)

ARITHMETIC_JPEG = b85decode(
    "|JeWF01!$>Nk#wx0RR9200961|JwjV00RO70|EjA0|NsD0|NvF2n7WM1O*BQ2L=cX3JeSj3JVJj4iXRz4iOFu3lJ6%5fc;@6%`B*7Z?^47!n"
    "i}6#v@*LjeN>1O)^I2?YfS6b%av6ciK`6ciK`6ciK`6ciK`6ciK`6ciK`6ciK`6ciK`6ciK`6ciK`6ciK`6ciK`6cqo-01*fP5C9kh0TBQK5"
    "di}c0sqVZ3IGrg1pyEd1^?Or3<CiG0ucid06zf#0Ox&gUI$wqz2CLHlN}?n=s8itKXwC}KJ|Dc(0A&gxY+*Dm<cC<A~!DK7XrR&Q7-pz9Lx4"
    "IzC+#JAU_m`>UlG0Yl?a_-x|7G*@9(}Aph9"
)
"""cjpeg -arithmetic -quality 90 -sample 1x1"""

THREE_BY_ONE_JPEG = b85decode(
    "|JeWF01!$>Nk#wx0RR9200961|JwjV00RO70|EjA0|NsD0|NvF2n7WM1O*BQ2L=cX3JeSj3JVJj4iXRz4iOFu3lJ6%5fc;@6%`B*7Z?^47!n"
    "i}6#v@*LjeN>1O)^I2?YfS6b%av6ciK`6ciK`6ciK`6ciK`6ciK`6ciK`6ciK`6ciK`6ciK`6ciK`6ciK`6ciK`6cqo!01*fP5C9kh0Wkmq5"
    "di}c0sq7R761VO0RR910000000000000LD2>-+Y84v&g1poj50000000000000052O~0}|HJ?m0RaI400000000000000000#yL|HJ?p5dZ@"
    "K0{{R30000000000000Fc2Qf1L+5ij#0RRFK0}%i}0LO@pePY1@5wEORAR;yOhYQy2_e5NF_ljO3HT8!C1V+BF;DCtN)*J<#Hr+GMJA1`H|J"
    "e"
)
"""cjpeg -quality 90 -sample 3x1: chroma a third as wide, which TurboJPEG has no name for"""

TEN_BIT_AVIF = b85decode(
    "0000WW^{RQVRmU|00000VRmU|ZE0pPZE0a<O+hh10002%ZDn*}000000000XXk=`10000000000aA{+7000000000000000000004sdC7Z2$"
    "lO000310016oY;R)#0000)000310RR910RR926951JXaE2JC~0YKW&i*H00031000_kZf0cy000000RRADb}%tRZ)|UJ00000YH4tCZ~y=RO"
    "KEUpZvX%Q6lrsCWdHyG000007ytkO5C8xG5O8UDX#fBK00RmN3IG5A3}JRLLxCVb000006Ju{|a&BX6cmM(b0ssbp0000NX>e^}000000000"
    "1009I60)qqq003}pWMOm?015~=5by0^KtR$mS`h*xQh-4OA0Pk#uBg;;nzr|Bzr$zukkWb^)L}I5=;Ot3p$3NbZV%2cn#aoQ!8oXI*IuI{zU"
    "RFm$<=Cp6p_N?1dBPij5_c;+i!I&r3mvCGCV(^-&Vi"
)
"""libavif, quality 95, 4:4:4"""
