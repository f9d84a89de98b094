"""The look: system fonts, one accent, contrast that passes in light and dark. Spacing and cards are in studio.css."""

import gradio as gr
from gradio.themes.utils import colors, sizes

FONTS = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "sans-serif"]
MONO = ["ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace"]


def theme() -> gr.themes.Base:
    """Base theme without web fonts (a GoogleFont would leave the machine); darker labels than stock for contrast."""
    return gr.themes.Base(
        primary_hue=colors.teal,
        neutral_hue=colors.slate,
        font=FONTS,
        font_mono=MONO,
        radius_size=sizes.radius_md,
        text_size=sizes.text_md,
    ).set(
        body_background_fill="#f7f8fa",
        body_background_fill_dark="#11161d",
        body_text_color="#1b2430",
        body_text_color_dark="#e6ebf2",
        body_text_color_subdued="#4a5666",
        body_text_color_subdued_dark="#a9b5c4",
        block_background_fill="#ffffff",
        block_background_fill_dark="#18202a",
        block_border_color="#d9dfe7",
        block_border_color_dark="#2c3846",
        block_shadow="none",
        block_label_text_color="#35404e",
        block_label_text_color_dark="#c3cdd9",
        block_title_text_color="#35404e",
        block_title_text_color_dark="#c3cdd9",
        block_info_text_color="#4a5666",
        block_info_text_color_dark="#a9b5c4",
        input_background_fill="#ffffff",
        input_background_fill_dark="#11161d",
        input_border_width="1px",
        input_border_color="#8a96a5",
        input_border_color_dark="#55647a",
        input_placeholder_color="#5d6978",
        input_placeholder_color_dark="#94a2b3",
        button_primary_background_fill="#0b6e69",
        button_primary_background_fill_hover="#095a56",
        button_primary_background_fill_dark="#0f7d77",
        button_primary_background_fill_hover_dark="#12928b",
        button_primary_text_color="#ffffff",
        button_primary_text_color_dark="#ffffff",
        button_secondary_background_fill="#eaeef3",
        button_secondary_background_fill_dark="#263241",
        button_secondary_text_color="#1b2430",
        button_secondary_text_color_dark="#e6ebf2",
        color_accent="#0b6e69",
        color_accent_soft="#e2f2f0",
        color_accent_soft_dark="#12312f",
        border_color_accent="#0b6e69",
        border_color_accent_dark="#2bb3aa",
        link_text_color="#0b5e8a",
        link_text_color_dark="#7cc4ee",
    )
