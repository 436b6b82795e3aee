"""Pictures: one affine matrix per geometric operation moves pixels and what is drawn on them."""
