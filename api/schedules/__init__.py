"""Schedules by HTTP: assessments that are asked for again and again, such as the monthly notice."""
