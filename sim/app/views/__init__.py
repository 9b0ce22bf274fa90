"""The six views, each a function of the desk and of what the visitor is looking at."""

from sim.app.views.events import Events
from sim.app.views.future import Future
from sim.app.views.industry import IndustryView
from sim.app.views.playing import Playing
from sim.app.views.takeaways import TakeAways
from sim.app.views.who import Who

VIEW_OF = {
    "outlook": Future,
    "play": Playing,
    "who": Who,
    "industry": IndustryView,
    "events": Events,
    "takeaway": TakeAways,
}
"""The name of a view -> the component that draws it."""
