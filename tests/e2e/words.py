"""What the pages say in each language, as far as the tests look for it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    locale: str
    open_chat: str
    message: str
    questions: tuple[tuple[str, str], ...]  # what is asked, and a piece of the answer
    repair: tuple[tuple[str, str], ...]  # what is said in the form, and a piece of what comes back
    corrected_product: str
    angry: tuple[str, ...]
    joined: str
    user: str
    password: str
    login: str
    go_online: str
    mine: str
    packet_reason: str
    reply: str
    send: str
    note: str
    add_file: str
    close: str
    rate_5: str
    send_rating: str
    thanks: str
    human: str
    question: str
    contact: str
    submit_left: str
    unreachable: str
    paused: str
    wrong_password: str
    tickets: str
    all_tickets: str


ZH = Words(
    locale="zh-CN",
    open_chat="打开在线客服",
    message="消息",
    questions=(("运费怎么算", "包邮"), ("怎么开发票", "电子发票"), ("可以用微信支付吗", "支付宝")),
    repair=(
        ("我要报修", "哪款产品"),
        ("客厅 S2 智能音箱", "出了什么问题"),
        ("不亮了，开不了机", "手机号"),
        ("不对，是静野耳机", "已更正"),
        ("13812345678", "哪天"),
        ("明天", "请确认"),
        ("提交", "T"),
    ),
    corrected_product="静野耳机",
    angry=("你们太垃圾了！！气死我了！！！", "什么破服务，气死人了！！我要投诉你们！！！"),
    joined="为您服务",
    user="用户名",
    password="密码",
    login="登录",
    go_online="上线",
    mine="我的",
    packet_reason="情绪激动",
    reply="回复",
    send="发送",
    note="备注",
    add_file="添加文件",
    close="结束",
    rate_5="5 星，非常满意",
    send_rating="提交评价",
    thanks="感谢您的评价",
    human="转人工",
    question="您的问题",
    contact="手机号或邮箱",
    submit_left="提交留言",
    unreachable="暂时连不上客服",
    paused="连接已断开，恢复之前不能发送",
    wrong_password="用户名或密码不正确。",
    tickets="工单",
    all_tickets="全部",
)

EN = Words(
    locale="en-GB",
    open_chat="Open chat",
    message="Message",
    questions=(
        ("how much is shipping", "¥99"),
        ("do you take credit cards", "Visa"),
        ("when are you open", "10:00"),
    ),
    repair=(
        ("I need a repair", "Which product"),
        ("Keting S2 speaker", "What's wrong"),
        ("the light went out and it won't turn on", "phone number"),
        ("no wait, it's the Quiet Field Pro", "Corrected"),
        ("13812345678", "Which day"),
        ("tomorrow", "Please check"),
        ("yes, submit it", "T"),
    ),
    corrected_product="Quiet Field Pro",
    angry=(
        "This is absolutely ridiculous, I am furious!!! Worst service ever!!!",
        "You people are useless and I am so angry!!! Disgusting service!!!",
    ),
    joined="is here to help",
    user="Name",
    password="Password",
    login="Log in",
    go_online="Go online",
    mine="Mine",
    packet_reason="Angry",
    reply="Reply",
    send="Send",
    note="Note",
    add_file="Attach a file",
    close="Close",
    rate_5="5 of 5, Excellent",
    send_rating="Send rating",
    thanks="Thank you for your rating",
    human="Live agent",
    question="Your question",
    contact="Phone or e-mail",
    submit_left="Send message",
    unreachable="We cannot be reached right now",
    paused="Not connected: sending is paused",
    wrong_password="User name or password is wrong.",
    tickets="Tickets",
    all_tickets="All",
)
