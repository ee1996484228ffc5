-- refused by: lets_pass
SELECT line, 'scanned' AS reason FROM arrived
