"""Suggestions: labels that a model proposes before anybody looks, and what people made of them.

A model is a service of the platform that answers for pictures, or a server elsewhere that speaks
the ML-backend contract of Label Studio. The platform speaks that contract too (`service`), so that
any Label Studio can ask its services.
"""
