"""The sentences themselves: errors by code, event messages by name, states of tickets.  {…} is filled in."""

from __future__ import annotations

from core.bilingual import Bilingual

ERRORS: dict[str, Bilingual] = {
    "internal": Bilingual(
        "系统出了点问题，请稍后再试。",
        "Something went wrong here. Please try again later.",
    ),
    "rejected": Bilingual(
        "这个请求无法处理。",
        "This request cannot be processed.",
    ),
    "unavailable": Bilingual(
        "服务暂时不可用，请稍后再试。",
        "The service is unavailable for a moment. Please try again.",
    ),
    "unauthorised": Bilingual(
        "请先登录。",
        "Please sign in.",
    ),
    "forbidden": Bilingual(
        "您没有权限这样做。",
        "You are not allowed to do this.",
    ),
    "not_found": Bilingual(
        "没有找到。",
        "Not found.",
    ),
    "method_not_allowed": Bilingual(
        "不支持这种请求方式。",
        "This method is not supported here.",
    ),
    "conflict": Bilingual(
        "状态已经改变，请刷新后再试。",
        "Things have changed meanwhile. Please reload and try again.",
    ),
    "too_large": Bilingual(
        "内容太大。",
        "This is too large.",
    ),
    "type_not_allowed": Bilingual(
        "不支持这种文件或内容类型。",
        "This kind of file or content is not accepted.",
    ),
    "too_many": Bilingual(
        "操作太频繁，请稍后再试。",
        "Too many requests. Please wait a moment.",
    ),
    "timeout": Bilingual(
        "请求超时。",
        "The request took too long.",
    ),
    "draining": Bilingual(
        "服务正在重启，请稍后再试。",
        "The service is restarting. Please try again shortly.",
    ),
    "bad_signature": Bilingual(
        "签名无效。",
        "The signature is not valid.",
    ),
    "bad_token": Bilingual(
        "凭证无效。",
        "The token is not valid.",
    ),
    "origin_not_allowed": Bilingual(
        "不允许从这个网站访问。",
        "Requests from this website are not allowed.",
    ),
    "bad_csrf": Bilingual(
        "页面已过期，请刷新后再试。",
        "This page is out of date. Please reload it.",
    ),
    "bad_credentials": Bilingual(
        "用户名或密码不正确。",
        "User name or password is wrong.",
    ),
    "too_many_attempts": Bilingual(
        "尝试次数过多，请在 {retry_after_s} 秒后再试。",
        "Too many attempts. Try again in {retry_after_s} seconds.",
    ),
    "wrong_password": Bilingual(
        "当前密码不正确。",
        "The current password is wrong.",
    ),
    "password_too_short": Bilingual(
        "密码至少需要 10 个字符。",
        "The password needs at least 10 characters.",
    ),
    "key_reused": Bilingual(
        "同一个 Idempotency-Key 用在了不同的请求上。",
        "This Idempotency-Key was used for another request.",
    ),
    # fields
    "invalid": Bilingual(
        "“{field}”不正确。",
        "“{field}” is not valid.",
    ),
    "bad_json": Bilingual(
        "请求内容不是有效的 JSON。",
        "The request is not valid JSON.",
    ),
    "bad_id": Bilingual(
        "“{field}”不是有效的编号。",
        "“{field}” is not a valid id.",
    ),
    "required": Bilingual(
        "请填写“{field}”。",
        "Please fill in “{field}”.",
    ),
    "too_long": Bilingual(
        "“{field}”太长。",
        "“{field}” is too long.",
    ),
    "too_short": Bilingual(
        "“{field}”太短。",
        "“{field}” is too short.",
    ),
    "out_of_range": Bilingual(
        "“{field}”超出范围。",
        "“{field}” is out of range.",
    ),
    "bad_choice": Bilingual(
        "“{field}”不在可选值之内。",
        "“{field}” is not one of the choices.",
    ),
    "bad_text": Bilingual(
        "文字中含有无法处理的字符。",
        "The text holds characters that cannot be processed.",
    ),
    "empty_text": Bilingual(
        "请输入内容。",
        "Please write something.",
    ),
    "text_too_long": Bilingual(
        "文字太长，最多 4000 个字符。",
        "The text is too long: 4,000 characters at most.",
    ),
    "bad_content": Bilingual(
        "不支持这种消息。",
        "This kind of message is not supported.",
    ),
    "bad_location": Bilingual(
        "位置不正确。",
        "The location is not valid.",
    ),
    "no_such_button": Bilingual(
        "这个按钮已失效。",
        "This button no longer works.",
    ),
    "empty_file": Bilingual(
        "文件是空的。",
        "The file is empty.",
    ),
    "too_many_pixels": Bilingual(
        "图片尺寸太大。",
        "The picture has too many pixels.",
    ),
    "upload_quota": Bilingual(
        "今天上传的文件太多了，请明天再试。",
        "That is all you can upload today. Please come back tomorrow.",
    ),
    "disk_full": Bilingual(
        "服务器存储空间不足，文件没有保存。",
        "The server is out of space; the file was not kept.",
    ),
    "no_such_file": Bilingual(
        "文件不存在或已失效。",
        "The file does not exist or is no longer available.",
    ),
    "bad_username": Bilingual(
        "用户名为 2 到 64 个字符：字母、数字、点、@、加号、下划线或横线。",
        "A user name has 2 to 64 characters: letters, digits, dot, @, plus, underscore or hyphen.",
    ),
    "username_taken": Bilingual(
        "这个用户名已被使用。",
        "This user name is taken.",
    ),
    "slug_taken": Bilingual(
        "这个标识已被使用。",
        "This identifier is taken.",
    ),
    "bad_slug": Bilingual(
        "标识为 1 到 40 个小写字母、数字或横线。",
        "An identifier has 1 to 40 lower-case letters, digits or hyphens.",
    ),
    "release_under_way": Bilingual(
        "正在上线另一个模型，请等它完成。",
        "Another model is being released. Please wait until it is done.",
    ),
    "examples_refused": Bilingual(
        "没有通过检查，什么都没有保存。",
        "The check found faults; nothing was saved.",
    ),
    "example_changed": Bilingual(
        "这个例句或它的文件刚刚被改动，请看看现在的样子再改。",
        "This example or its file has just been changed. Look at it as it is now, then try again.",
    ),
    "examples_read_only": Bilingual(
        "不能写入 {names}，什么都没有保存。请让运行服务的用户可以写这个文件夹。",
        "{names} cannot be written; nothing was saved. Let the user that runs the service write there.",
    ),
    "examples_broken": Bilingual(
        "{names} 不是有效的 YAML，请先在文件里改正。",
        "{names} is not readable as YAML. Put it right in the file first.",
    ),
    "examples_style": Bilingual(
        "{names} 的写法不能从这里改，请直接编辑文件。",
        "{names} is written in a way that is not changed from here. Edit the file itself.",
    ),
    "examples_nowhere": Bilingual(
        "还没有文件收录意图 {names}，请先在 data/nlu 里写下它的第一个例句。",
        "No file has examples of {names} yet. Write the first one in data/nlu.",
    ),
    "last_example": Bilingual(
        "这是该意图的最后一个例句，不能拿走。",
        "This is the last example of its intent; it has to stay.",
    ),
    "nothing_to_train": Bilingual(
        "数据没有变化，已有对应的模型：{names}。",
        "Nothing has changed: there is a model of the present data, {names}.",
    ),
    "training_under_way": Bilingual(
        "正在训练，请等它完成。",
        "A model is being trained. Please wait until it is done.",
    ),
    "no_training": Bilingual(
        "现在没有正在进行的训练。",
        "No model is being trained now.",
    ),
    "examples_elsewhere": Bilingual(
        "这里编辑的不是项目的 data 文件夹，请在使用它的地方训练。",
        "What is edited here is not the project's data folder. Train where it is used.",
    ),
    "bot_not_ours": Bilingual(
        "机器人不由本实例运行，请在运行它的地方更换模型。",
        "The bot is not run by this instance: change its model where it is run.",
    ),
    "shortcut_taken": Bilingual(
        "这个快捷词已被使用。",
        "This shortcut is taken.",
    ),
    "only_department": Bilingual(
        "不能删除：只有这个部门处理{names}工单。请先让其他部门也处理这些类型。",
        "This cannot be deleted: no other department takes tickets of these types: {names}. "
        "Give them to another department first.",
    ),
    "last_admin": Bilingual(
        "至少要保留一位管理员。",
        "At least one administrator must remain.",
    ),
    "not_yourself": Bilingual(
        "不能停用自己的账号。",
        "You cannot disable your own account.",
    ),
    "no_such_group": Bilingual(
        "没有这个小组。",
        "There is no such group.",
    ),
    "no_such_agent": Bilingual(
        "没有这位同事。",
        "There is no such colleague.",
    ),
    "no_such_department": Bilingual(
        "没有这个部门。",
        "There is no such department.",
    ),
    "in_use": Bilingual(
        "仍在使用，无法删除。",
        "This is still in use and cannot be deleted.",
    ),
    "bad_email": Bilingual(
        "邮箱地址不正确。",
        "The e-mail address is not valid.",
    ),
    "bad_contact": Bilingual(
        "请填写手机号或邮箱，我们才能联系到您。",
        "Please give a phone number or an e-mail address where we can reach you.",
    ),
    "bad_time_zone": Bilingual(
        "没有这个时区。",
        "There is no such time zone.",
    ),
    "bad_range": Bilingual(
        "时间段应为 HH:MM 到 HH:MM，且不能重叠。",
        "A range reads HH:MM to HH:MM, and ranges may not overlap.",
    ),
    "bad_date": Bilingual(
        "日期不正确或重复。",
        "The date is not valid or appears twice.",
    ),
    "bad_colour": Bilingual(
        "颜色应为 #rrggbb。",
        "A colour reads #rrggbb.",
    ),
    "bad_origin": Bilingual(
        "网站地址应为 https://域名，不带路径。",
        "A website reads https://domain, without a path.",
    ),
    # conversations
    "changed_meanwhile": Bilingual(
        "会话刚刚发生了变化，请再试一次。",
        "The conversation has just changed. Please try again.",
    ),
    "wrong_state": Bilingual(
        "会话现在的状态不允许这样做。",
        "The conversation's present state does not allow this.",
    ),
    "not_owner": Bilingual(
        "这个会话不由您服务。",
        "You do not serve this conversation.",
    ),
    "behind": Bilingual(
        "有您还没看到的新消息，请先看完再回复。",
        "There are messages you have not seen. Read them before you reply.",
    ),
    "taken": Bilingual(
        "已有同事接入。",
        "A colleague was faster.",
    ),
    "no_capacity": Bilingual(
        "接待量已满。",
        "The limit of conversations is reached.",
    ),
    "not_available": Bilingual(
        "对方现在不能接待。",
        "This colleague cannot take conversations now.",
    ),
    "stale_turn": Bilingual(
        "这一轮对话已经结束。",
        "This turn has been given up.",
    ),
    "window_closed": Bilingual(
        "渠道的回复时限已过，无法发送。",
        "The channel's reply window is closed.",
    ),
    "nobody_on_duty": Bilingual(
        "现在没有客服值班。",
        "Nobody is on duty now.",
    ),
    "rating_closed": Bilingual(
        "评价时间已过。",
        "It is too late to rate this.",
    ),
    "same_visitor": Bilingual(
        "这是同一位访客。",
        "This is the same visitor.",
    ),
    "already_merged": Bilingual(
        "访客已经合并过。",
        "The visitor has been merged already.",
    ),
    "already_undone": Bilingual(
        "合并已经撤销过。",
        "The merge has been undone already.",
    ),
    "both_in_service": Bilingual(
        "两位访客都在由客服服务，请先结束其中一个会话。",
        "Both visitors are being served. Close one conversation first.",
    ),
    "database": Bilingual(
        "服务暂时不可用，请稍后再试。",
        "The service is unavailable for a moment. Please try again.",
    ),
    "token_expired": Bilingual(
        "凭证已过期。",
        "The token has expired.",
    ),
    "unknown_visitor": Bilingual(
        "凭证无效。",
        "The token is not valid.",
    ),
    "too_many_sockets": Bilingual(
        "打开的窗口太多，请关闭一些。",
        "Too many windows are open. Please close some.",
    ),
    "bad_frame": Bilingual(
        "无法识别这条数据。",
        "This frame is not understood.",
    ),
    "bad_client_id": Bilingual(
        "“{field}”不正确。",
        "“{field}” is not valid.",
    ),
    "no_such_channel": Bilingual(
        "没有这个渠道。",
        "There is no such channel.",
    ),
    "no_such_identity": Bilingual(
        "没有这个渠道身份。",
        "The visitor cannot be reached there.",
    ),
    "no_such_service": Bilingual(
        "没有这次服务。",
        "There is no such service to rate.",
    ),
    "not_rateable": Bilingual(
        "这次服务不能评价。",
        "This service cannot be rated.",
    ),
    "bad_score": Bilingual(
        "评分为 1 到 5。",
        "A rating is from 1 to 5.",
    ),
    "bad_reason": Bilingual(
        "“{field}”不在可选值之内。",
        "“{field}” is not one of the choices.",
    ),
    "bad_availability": Bilingual(
        "“{field}”不在可选值之内。",
        "“{field}” is not one of the choices.",
    ),
    "one_target": Bilingual(
        "请选择一位同事或一个小组。",
        "Choose one colleague or one group.",
    ),
    "to_yourself": Bilingual(
        "不能转接给自己。",
        "You cannot hand it to yourself.",
    ),
    "already_yours": Bilingual(
        "这个会话已经由您服务。",
        "You serve this conversation already.",
    ),
    "closed": Bilingual(
        "会话已经结束。",
        "The conversation has ended.",
    ),
    "role_does_not_serve": Bilingual(
        "这个角色不接待访客。",
        "This role does not serve visitors.",
    ),
    # tickets
    "changed": Bilingual(
        "工单刚刚被别人修改，请刷新。",
        "Somebody has just changed this ticket. Please reload.",
    ),
    "wrong_ticket_state": Bilingual(
        "工单现在的状态不允许这样做。",
        "The ticket's present state does not allow this.",
    ),
}

TICKET_TYPES: dict[str, Bilingual] = {
    "complaint": Bilingual("投诉", "complaint"),
    "suggestion": Bilingual("建议", "suggestion"),
    "repair": Bilingual("报修", "repair"),
    "other": Bilingual("其他", "other"),
}

TICKET_STATES: dict[str, Bilingual] = {
    "open": Bilingual(
        "待处理",
        "open",
    ),
    "in_progress": Bilingual(
        "处理中",
        "in progress",
    ),
    "waiting": Bilingual(
        "等待回复",
        "waiting for an answer",
    ),
    "resolved": Bilingual(
        "已解决",
        "resolved",
    ),
    "closed": Bilingual(
        "已关闭",
        "closed",
    ),
}

EVENTS: dict[str, Bilingual] = {
    "waiting": Bilingual(
        "正在为您转接人工客服，请稍候。",
        "Connecting you to a person. One moment, please.",
    ),
    "agent_joined": Bilingual(
        "客服 {agent} 为您服务。",
        "{agent} is here to help you.",
    ),
    "agent_left": Bilingual(
        "客服 {agent} 已离开。",
        "{agent} has left.",
    ),
    "requeued": Bilingual(
        "客服暂时离线，已为您优先重新排队。",
        "We lost touch with your agent. You are at the head of the queue again.",
    ),
    "transferred": Bilingual(
        "正在为您转接其他客服。",
        "Handing you over to a colleague.",
    ),
    "returned_to_bot": Bilingual(
        "现在由智能助手继续为您服务。",
        "The assistant is helping you again.",
    ),
    "closed": Bilingual(
        "会话已结束。",
        "The conversation has ended.",
    ),
    "closed_by_visitor": Bilingual(
        "您已结束会话。",
        "You ended the conversation.",
    ),
    "bot_unavailable": Bilingual(
        "智能助手暂时无法回答。",
        "The assistant cannot answer right now.",
    ),
    "nobody_on_duty": Bilingual(
        "现在没有客服值班。请留下您的问题和联系方式，我们会尽快回复。",
        "Nobody is on duty right now. Leave a message with your contact and we will get back to you.",
    ),
    "ticket_created": Bilingual(
        "已为您创建工单 {number}。",
        "Your ticket {number} has been created.",
    ),
    "ticket_updated": Bilingual(
        "工单 {number}：{state}。",
        "Ticket {number}: {state}.",
    ),
    "ticket_commented": Bilingual(
        "工单 {number} 有新的回复：{comment}",
        "News on ticket {number}: {comment}",
    ),
    "rated": Bilingual(
        "您的评价：{score} 分，谢谢！",
        "You rated this {score} of 5. Thank you!",
    ),
}
