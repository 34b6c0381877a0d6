"""
A payment provider to try the mall with: one server that speaks as Alipay, WeChat Pay v3 and Stripe do.

It has keys, books, a cashier page and bills of its own, signs what it says, and can be told to fail in all the ways in
which providers do. It knows nothing of the mall but what is asked of it: no model, no verb, no setting.
"""
