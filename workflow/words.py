"""What the program says of its results, in English and Korean: one table a language beside English.

An English word or template is its own key, so that code reads as what it says; dates have their table in
`workflow.datewords`. A test holds the table to what is said: nothing is missing, both sides have the same fields.
"""

from __future__ import annotations

from collections.abc import Mapping

from workflow.datewords import Language

__all__ = ["OTHER", "say"]


def say(english: str, language: Language = "en", **fields: object) -> str:
    """`english` in `language`, its ``{fields}`` filled; English where the table has no other word for it."""
    text = OTHER[language].get(english, english) if language != "en" else english
    return text.format(**fields) if fields else text


OTHER: Mapping[Language, Mapping[str, str]] = {
    "ko": {
        # states
        "present": "있음",
        "absent": "없음",
        "uncertain": "불확실",
        "obscured": "가려짐",
        "insufficient": "판독 불가",
        "disputed": "의견 다름",
        # confidence
        "low": "낮음",
        "moderate": "보통",
        "high": "높음",
        # events
        "appeared": "출현",
        "removed": "철거",
        "reappeared": "재출현",
        # doubts
        "open order": "순서 미정",
        "came back": "다시 나타남",
        "sources disagree": "출처 불일치",
        "unreviewed": "미검토",
        "low confidence": "낮은 확신도",
        "date not confirmed": "날짜 미확인",
        # what a finding rests on
        "imagery": "영상",
        "publication": "공개 자료",
        "imagery and publication": "영상과 공개 자료",
        "publication and imagery": "공개 자료와 영상",
        # what a date rests on
        "product metadata": "제품 메타데이터",
        "file tag": "파일 태그",
        "file name": "파일명",
        "stated": "직접 입력",
        "earliest possible": "가장 이른 가능일",
        "released": "공개일",
        "broadcast": "방송",
        "published": "발행일",
        "copyright year": "저작권 연도",
        "unknown": "미상",
        "date unknown": "날짜 미상",
        "date: {basis}": "날짜: {basis}",
        # findings
        "{event} {phrase}": "{phrase} {event}",
        "{event}, date unknown": "{event}, 날짜 미상",
        "open": "열림",
        "the place": "장소",
        # how a target counts
        "certainly": "확실",
        "assumed": "가정",
        "possibly": "가능",
        # growth
        "the end of {year}": "{year}년 말",
        "At least {least} target had appeared by {when}, at most {most}.": (
            "{when}까지 출현한 표적: 최소 {least}개, 최대 {most}개."
        ),
        "At least {least} targets had appeared by {when}, at most {most}.": (
            "{when}까지 출현한 표적: 최소 {least}개, 최대 {most}개."
        ),
        "At least {least} target stood {at} {when}, at most {most}; {assumed} if what appeared stays until it is "
        "shown gone (an assumption).": (
            "{when}{at} 서 있던 표적: 최소 {least}개, 최대 {most}개; 철거 확인 전까지 남는다고 가정하면 {assumed}개."
        ),
        "At least {least} targets stood {at} {when}, at most {most}; {assumed} if what appeared stays until it is "
        "shown gone (an assumption).": (
            "{when}{at} 서 있던 표적: 최소 {least}개, 최대 {most}개; 철거 확인 전까지 남는다고 가정하면 {assumed}개."
        ),
        "at": "에",
        "on": "에",
        "(none)": "(없음)",
        "targets that had appeared": "출현한 표적 수",
        "targets that stood": "서 있던 표적 수",
        "day": "일자",
        "turnbull": "가장 그럴듯한 수",
        "assumed to stay": "남아 있다고 가정",
        "most likely (Turnbull)": "가장 그럴듯한 수(Turnbull)",
        "of these on publications": "그중 공개 자료 근거",
        "of these on publications alone": "그중 공개 자료에만 근거",
        "published number": "발표된 수",
        " Some of this rests on rendered scenes (SYNTHETIC).": " 일부는 합성 장면에 근거함(SYNTHETIC).",
        " Of the {whole}, {count} rests on publications alone.": " {whole}개 중 {count}개는 공개 자료에만 근거함.",
        " Of the {whole}, {count} rest on publications alone.": " {whole}개 중 {count}개는 공개 자료에만 근거함.",
        " All {whole} rest on publications alone.": " {whole}개 모두 공개 자료에만 근거함.",
        " It rests on publications alone.": " 공개 자료에만 근거함.",
        # how pictures lie on each other, and what there is to say of a pair
        "not georeferenced": "좌표 없음",
        "alignment reference": "정합 기준",
        "not aligned": "정합 안 됨",
        "camera of {file}, {date}: {where}": "{file}({date})의 카메라: {where}",
        "looks {point} ({azimuth}°), {field}° wide": "{point} 방향({azimuth}°), 화각 {field}°",
        "N": "북",
        "NE": "북동",
        "E": "동",
        "SE": "남동",
        "S": "남",
        "SW": "남서",
        "W": "서",
        "NW": "북서",
        "aligned ±{px} px": "정합 ±{px} px",
        "aligned (error not known)": "정합됨(오차 미상)",
        "aligned by {east} m E, {north} m N": "동쪽 {east} m, 북쪽 {north} m 정합됨",
        "both too coarse for the class {kind} ({metres} m)": "두 영상 모두 {kind}에 해상도 부족({metres} m)",
        "placed by {count} pairs of points ({model}), off by about {metres} m": (
            "기준점 {count}쌍으로 배치({model}), 오차 약 {metres} m"
        ),
        "placed by {count} pairs of points ({model}), error not known": "기준점 {count}쌍으로 배치({model}), 오차 미상",
        "placed by matching ({count} pairs, {model}), off by about {metres} m": (
            "자동 정합으로 배치({count}쌍, {model}), 오차 약 {metres} m"
        ),
        "its shorter side has {value} pixels, {bar} are needed": "짧은 변이 {value}픽셀, {bar}픽셀 필요",
        "there is too little in it to hold on to, once what is drawn over it is left out": (
            "덧그려진 것을 빼면 대조할 내용이 너무 적음"
        ),
        "the picture to match with shows nothing around the site": "대조할 영상이 지점 주변을 보여 주지 않음",
        "no place stands out: {value} parts of it agree at best, {bar} are needed": (
            "뚜렷이 맞는 곳이 없음: 많아야 {value}개 부분이 일치, {bar}개 필요"
        ),
        "it fits only as a mirror shows it: turn the file round first": "거울상으로만 맞음: 파일을 먼저 뒤집으십시오",
        "it fits at several places alike, as where a pattern repeats": (
            "반복 무늬처럼 여러 곳에 비슷하게 맞음"
        ),
        "looked at closely, {value} parts of it agree, {bar} are needed": (
            "자세히 보면 {value}개 부분만 일치, {bar}개 필요"
        ),
        "the parts that agree lie in {value} % of it alone, {bar} % are needed": (
            "일치하는 부분이 영상의 {value} %에만 있음, {bar} % 필요"
        ),
        "the parts agree to {value} pixels only, {bar} is the bar": (
            "일치 정도가 {value}픽셀, 기준은 {bar}픽셀"
        ),
        "it would lie {value} times as long as wide, {bar} is the bar": (
            "가로세로가 {value}배로 늘어남, 기준은 {bar}배"
        ),
        "similarity": "상사 변환",
        "affine": "아핀 변환",
        "projective": "투영 변환",
        "thin-plate": "박판 스플라인",
        "{file} has no georeference": "{file}: 좌표 없음",
        "{file} and {other} have no georeference": "{file}, {other}: 좌표 없음",
        "{file} shows {share} % of the site": "{file}: 지점의 {share} %만 보임",
        "not scored yet: run 'sitetrack track'": "점수 없음: 'sitetrack track'을 실행하십시오",
        "no reason given": "이유 없음",
        "change {score}": "변화 {score}",
        "not scored, counted as {score}": "점수 없음({score}로 계산)",
        "narrows nothing": "더 좁혀지지 않음",
        "narrows by {days} days": "{days}일 좁혀짐",
        "narrows by {days} days, but neither picture can show it": "{days}일 좁혀지나 두 영상 모두 해상도 부족",
        "narrows by {days} days, but the same on both sides": "{days}일 좁혀지나 양쪽 상태가 같음",
        "waiting {days} days ({age})": "{days}일째 대기({age})",
        # classes of targets
        "gantry": "문형 구조물",
        "camera": "카메라",
        "pole": "기둥",
        "mast": "마스트",
        "checkpoint": "검문소",
        "guard-post": "초소",
        "fence": "울타리",
        "building": "건물",
        "landmark": "지표물",
        "other": "기타",
        # bands
        "red": "빨강",
        "green": "초록",
        "blue": "파랑",
        "nir": "근적외선",
        "pan": "전정색",
        "coastal": "연안",
        "red edge": "적색 경계",
        "yellow": "노랑",
        "swir": "단파 적외선",
        # what a picture can show of a class
        "the ground sample distance is not known, so neither is whether it can show a {kind}": (
            "지상 표본 거리를 알 수 없어 {kind}을(를) 보여 줄 수 있는지도 알 수 없음"
        ),
        "{measured}; to detect a {kind} takes {need}": "{measured}; {kind} 탐지에 필요한 것: {need}",
        "{measured}; to identify a {kind} takes {need}": "{measured}; {kind} 식별에 필요한 것: {need}",
        "pixels of {pixel} m (about NIIRS {level})": "화소 {pixel} m(NIIRS 약 {level})",
        "pixels of {pixel} m, {view} m at {angle}° off nadir (about NIIRS {level})": (
            "화소 {pixel} m, 직하점 이탈각 {angle}°에서 {view} m(NIIRS 약 {level})"
        ),
        "{pixel} and {level}": "{pixel}, {level}",
        # the day at the place
        "{day} there, {offset}": "현지 {day}, {offset}",
        "{day} in {place}, {offset}": "{place} {day}, {offset}",
        # what to get next
        "{count} day": "{count}일",
        "{count} days": "{count}일",
        "Not seen as of {day}, {days} ago: a capture now, or from {first} on, tells whether it is there. Nothing "
        "bounds the end; today stands in for it.": (
            "{days} 전인 {day} 기준 미확인: 지금 또는 {first} 이후의 영상으로 유무 확인 가능. "
            "끝을 정하는 자료가 없어 오늘을 끝으로 봄."
        ),
        "leaves about {count} days": "약 {count}일로 줄어듦",
        "settles the day": "날짜가 확정됨",
        "a capture from {first} to {last}, best on {best}": "{first}~{last} 영상(최적 {best})",
        "There already on {day}: {when}, bounds when it came. Nothing bounds the beginning; {first}, the day of the "
        "first picture there is, stands in for it.": (
            "{day}에 이미 있음: {when}으로 출현 시점을 좁힐 수 있음. "
            "시작을 정하는 자료가 없어 첫 영상의 날짜인 {first}을 시작으로 봄."
        ),
        " (a publication's bounds)": " (공개 자료 기준)",
        "{event} on one of {days} from {first} to {last}{source}: {when}, {left}.": (
            "{first}~{last}의 {days} 중 하루에 {event}{source}: {when}이면 {left}."
        ),
        " Look first at the {count} picture from those days that nobody has read.": (
            " 이 기간의 미판독 영상 {count}장을 먼저 볼 것."
        ),
        " Look first at the {count} pictures from those days that nobody has read.": (
            " 이 기간의 미판독 영상 {count}장을 먼저 볼 것."
        ),
        "Nothing is said of it yet: read the pictures that are held first.": (
            "아직 판독이 없음: 보유 영상을 먼저 판독할 것."
        ),
        "No day bounds it: its pictures are disputed or have no date.": (
            "기준이 되는 날짜가 없음: 판독이 서로 다르거나 영상에 날짜가 없음."
        ),
        "It was there already, and the project has no older picture: any older capture bounds when it came.": (
            "이미 있었고 더 오래된 영상이 없음: 더 오래된 영상이면 출현 시점을 좁힐 수 있음."
        ),
        "It is known to the day, or was last looked at today.": "날짜가 확정되었거나 오늘 마지막으로 확인함.",
        # review
        "draft": "초안",
        "submitted": "제출됨",
        "returned": "반려됨",
        "approved": "승인됨",
        "superseded": "대체됨",
        "just now": "방금",
        "{count} minute ago": "{count}분 전",
        "{count} minutes ago": "{count}분 전",
        "{count} hour ago": "{count}시간 전",
        "{count} hours ago": "{count}시간 전",
        "{count} day ago": "{count}일 전",
        "{count} days ago": "{count}일 전",
        "no pair was read twice": "두 번 판독된 쌍이 없음",
        "both readers used one state alone, so chance alone would agree": (
            "두 판독자가 한 가지 판독만 사용해 우연만으로도 일치함"
        ),
        "so few or so alike pairs give the interval no width": "쌍이 너무 적거나 비슷해 구간의 폭이 없음",
        "decisive": "판정함",
        "not decisive": "판정 못 함",
        # shapes of marks
        "box": "상자",
        "point": "점",
        "line": "선",
        "arrow": "화살표",
        "circle": "원",
        "polygon": "다각형",
        "text": "글자",
        "mark": "표시",
        # what was done to an object
        " in the picture of {on}": "{on} 영상의 ",
        "said “{state}” of “{target}”{where}": "{where}“{target}” 판독: {state}",
        "state of “{target}”{where}": "{where}“{target}” 상태",
        "{mark}{where}": "{where}{mark}",
        "{shape} {label}": "{shape} {label}",
        "{shape} without a label": "이름 없는 {shape}",
        "added the {subject}": "{subject} 추가",
        "drew the {subject}": "{subject} 그림",
        "reopened the {subject}": "{subject} 다시 엶",
        "handed in the {subject}": "{subject} 제출",
        "approved the {subject}": "{subject} 승인",
        "returned the {subject}": "{subject} 반려",
        "set aside the {subject}": "{subject} 대체",
        "wrote again the {subject}": "{subject} 다시 기록",
        "took back the {subject}": "{subject} 취소",
        "put back the {subject}": "{subject} 복원",
        "changed the {subject}: {fields}": "{subject} 변경: {fields}",
        "{field} from {before} to {after}": "{field}: {before} → {after}",
        "use to evidence": "용도: 증거",
        "use to graphic": "용도: 도식",
        "outline": "윤곽",
        "nothing": "비어 있음",
        "state": "상태",
        "confidence": "확신도",
        "note": "메모",
        "label": "이름표",
        "target": "표적",
        "geometry": "윤곽",
        "picture": "영상",
        "published statement": "공개 자료 진술",
        "the target": "표적",
        "the published statement": "공개 자료 진술",
        "withdrew the picture {file}": "영상 {file} 사용 중지",
        "took the picture {file} back into use": "영상 {file} 다시 사용",
        "took out {parts}": "{parts} 제외",
        "statement {number}": "진술 {number}",
        # claims
        "nothing dates it": "날짜를 정할 근거 없음",
        "{phrase} (after {after}, by {by})": "{phrase} ({after} 이후, {by}까지)",
        "{spelt}, by {source}": "{spelt}, {source} 기준",
        "no number, no date": "수와 날짜 없음",
        "at least {least}, at most {most} had appeared by {when}": "{when}까지 출현 최소 {least}개, 최대 {most}개",
        "at least {least}, at most {most} stood by {when}": "{when}에 서 있던 것 최소 {least}개, 최대 {most}개",
        "at least": "최소",
        "at most": "최대",
        "when": "시점",
        "reviewed": "검토됨",
        "does not fit": "맞지 않는 점",
        "bounds nothing": "범위를 정하지 않음",
        "bounds it": "범위를 정함",
        "witness {name}": "근거 {name}",
        "yes": "예",
        "no": "아니요",
        "not counted": "세지 않음",
        "The sentence says “{said}”, the evidence gives at least {least}, at most {most}.": (
            "문장은 “{said}”, 근거는 최소 {least}개, 최대 {most}개."
        ),
        "The sentence says “{said}”, the count is of the end of {day}.": "문장은 “{said}”, 집계는 {day} 말 기준.",
        "The sentence says “{said}”, the evidence {phrase}: they share no day.": (
            "문장은 “{said}”, 근거는 {phrase}: 겹치는 날이 없음."
        ),
        "The sentence says “{said}”, which is sharper than the evidence: {phrase}.": (
            "문장의 “{said}”은(는) 근거보다 정밀함: {phrase}."
        ),
        "Nothing dates this event yet: the sentence rests on nothing here.": (
            "아직 날짜를 정할 근거가 없음: 문장을 뒷받침하는 것이 없음."
        ),
        "{one} ({when}) and {other} ({then}) share no day.": "{one} ({when}), {other} ({then}): 겹치는 날이 없음.",
        "{words}, bounded by {witnesses}": "{words}, 근거: {witnesses}",
    }
}
"""Languages beside English: from the English word or template to that of the language."""
