"""Notifications: mails, SMS and letters to people, written from templates and sent by the worker."""
