"""Pure rules of the folder: where a ballot belongs, when figures may leave, how released figures are read."""
