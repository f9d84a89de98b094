"""Words of a public demonstration, where every visitor is alone with their own data and nothing is kept for long."""

PUBLIC = (
    "This is a public demonstration: its disk is not kept, and a restart deletes everything. Other visitors do not see "
    "what you do here. Bring no confidential data, and download what you want to keep."
)
NO_COOKIE = "Your browser keeps no cookie for this frame, so the studio cannot find your work again."
NO_COOKIE_LINK = "Open the studio in a tab of its own"
PUBLIC_TITLE = "Where your data is"
PUBLIC_LINE = (
    "On the server of this demonstration, apart from that of other visitors: a cookie in this browser tells you from "
    "them. When the server restarts, all of it is deleted. The page itself loads nothing from elsewhere."
)
