"""Operations that make a dataset from one or two others, whatever its modality.

An operation says what is to change (`edit.Edit`); the adapter of the modality (`modality.Modality`)
writes the result. So a new operation is one short class, and a new modality one adapter.
"""
