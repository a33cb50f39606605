"""Charts as data, and the colours of all that is drawn; a component of the pages or Plotly draws them."""
