-- refused by: on_the_menu
SELECT concat(edge, ' please') AS mend FROM edges
