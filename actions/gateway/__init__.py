"""The business behind the bot: orders, repairs, invoices, members, stores and stock, through one contract.

docs/reference/business-gateway.md says what a business's own system answers; docs/how-to/own-business.md, how
to put it in the place of the demo data.
"""
