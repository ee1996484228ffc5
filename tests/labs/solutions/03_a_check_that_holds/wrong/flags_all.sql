-- refused by: leaves_alone
SELECT line_id, 'check' AS rule FROM forms
