"""What people write on tickets, by step: for the visitor (public), and among themselves (private)."""

from __future__ import annotations

PUBLIC: dict[str, dict[str, tuple[str, ...]]] = {
    "ask": {
        "zh": (
            "请补充一张故障照片或视频，方便我们判断。",
            "麻烦提供一下购买凭证，谢谢。",
            "请问您哪天方便上门？",
        ),
        "en": (
            "Could you add a photo or a short video of the fault?",
            "Please send us the proof of purchase, thank you.",
            "Which day would suit you for a visit?",
        ),
    },
    "done": {
        "zh": (
            "已处理完成，请您查收；还有问题随时联系我们。",
            "配件已寄出，预计三天内送达。",
            "补偿已退回原支付方式。",
        ),
        "en": (
            "This is done. Please get in touch if anything is still wrong.",
            "The part is on its way and should arrive within three days.",
            "The compensation was paid to your original payment method.",
        ),
    },
}
PRIVATE: dict[str, dict[str, tuple[str, ...]]] = {
    "look": {
        "zh": (
            "已电话联系客户，情况属实。",
            "转仓库核实发货记录。",
            "同批次已有两例，通知品控。",
            "未接通，明早再打。",
        ),
        "en": (
            "Called the customer, it is as described.",
            "Asked the warehouse for the packing record.",
            "Second case from this batch, told quality control.",
            "No answer, will call again tomorrow.",
        ),
    },
    "again": {
        "zh": ("客户来电说问题又出现了，重新打开。",),
        "en": ("The customer called: it happened again. Reopened.",),
    },
}
