"""The views of the Explain page, in the order in which the chapter comes to them: a line each."""

from pages.explain import glossary, numbers
from pages.explain.view import View

VIEWS: tuple[View, ...] = (numbers.VIEW, glossary.VIEW)
BY_TITLE = {view.title: view for view in VIEWS}
